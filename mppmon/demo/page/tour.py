"""The tour's page: which step a reader looks at is in the address; what is true of it is asked each time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi import Path as Parameter
from fastapi.responses import JSONResponse

from mppmon.demo.page.asked import Here, Language, StageOf
from mppmon.demo.page.eyes import BLIND, Eyes
from mppmon.demo.page.phone import on_phone
from mppmon.demo.page.render import document, render
from mppmon.demo.page.stage import Stage
from mppmon.demo.tour.facts import Facts, on_duty
from mppmon.demo.tour.guide import Guide
from mppmon.demo.tour.step import AGENCY, COUNTER, Step, There
from mppmon.demo.tour.words import waiting, words
from mppmon.i18n import Speech

router = APIRouter()


@dataclass(frozen=True)
class Tour:
    """The tour of one demo. `guide` does what the steps ask; `eyes` tell what is true."""

    stage: Stage
    eyes: Eyes
    guide: Guide

    @classmethod
    def of(cls, stage: Stage) -> "Tour":
        """Return the tour of a demo."""
        eyes = Eyes(stage)
        counter = stage.place.loaded.mall.counters[COUNTER].name
        return cls(stage, eyes, Guide(eyes.look, eyes.do, stage.clock, counter=counter))

    def end(self) -> None:
        """Give up what is being done."""
        self.guide.stop()
        self.eyes.close()


def tour_of(request: Request) -> Tour:
    """Return the tour (a FastAPI dependency)."""
    tour = request.app.state.tour
    assert isinstance(tour, Tour)  # noqa: S101  # set by create_app
    return tour


TourOf = Annotated[Tour, Depends(tour_of)]
StepAsked = Annotated[Step, Query()]
StepNamed = Annotated[Step, Parameter()]


@router.get("/")
def page(request: Request, stage: StageOf, lang: Language = "id", step: StepAsked = Step.HEALTHY) -> Response:
    """Return the page of the tour; its parts follow by `/tour`."""
    values = {
        "agency": stage.place.loaded.mall.agencies[AGENCY],
        "owner": on_duty(stage.place.loaded, stage.clock.now()),
        "step": step,
        "steps": words(stage.speak(lang)),
    }
    return document("tour.html", request, stage, lang, values)


@router.get("/tour")
async def parts(tour: TourOf, lang: Language = "id", step: StepAsked = Step.HEALTHY) -> Response:
    """Return the parts of the page as they are now, as HTML. `mark` changes when the report is worth asking anew."""
    speak, stage = tour.stage.speak(lang), tour.stage
    try:
        facts = await tour.eyes.look()
    except BLIND:
        facts = None
    there = facts is not None and tour.guide.judge(step, facts) is There.NOW
    shown = {
        "card": _card(tour, step, speak, facts, there=there),
        "phone": phone_values(facts, speak, tour.guide.fresh),
    }
    now = stage.clock.now()
    return JSONResponse(
        {
            "parts": {name: render(f"tour_{name}.html", speak, values) for name, values in shown.items()},
            "clock": f"{speak.date(now)} · {speak.time(now)}",
            "running": stage.monitor.condition.value == "running" and facts is not None and facts.view is not None,
            "there": there,
            "mark": f"{step}/{there}",
        },
        headers={"Cache-Control": "no-store"},
    )


@router.post("/tour/{step}", dependencies=[Here])
async def play(tour: TourOf, step: StepNamed) -> Response:
    """Do what a step asks for; it goes on after the answer. 503 when the simulator is gone."""
    if tour.stage.dead.get("simulator"):
        raise HTTPException(503, tour.stage.dead["simulator"])
    tour.guide.play(step)
    return Response(status_code=204)


def _card(tour: Tour, step: Step, speak: Speech, facts: Facts | None, *, there: bool) -> dict[str, object]:
    under_way, failed = tour.guide.under_way, tour.guide.failed
    mine = under_way is not None and under_way.step is step
    return {
        "words": words(speak)[step - 1],
        "first": min(Step),
        "last": max(Step),
        "anew": step is Step.HEALTHY and facts is not None and facts.disturbed,
        "again": step is Step.HEALTHY and there and tour.guide.fresh is not None,
        "there": there,
        "busy": waiting(under_way.waits, speak) if under_way is not None and mine and not there else "",
        "slow": under_way is not None and under_way.slow,
        "elsewhere": under_way.step if under_way is not None and not mine else None,
        "failed": failed[1] if failed is not None and failed[0] is step and not there else "",
        "dead": tour.stage.dead,
        "blind": facts is None,
    }


def phone_values(facts: Facts | None, speak: Speech, fresh: datetime | None) -> dict[str, Any]:
    """Return what the template of the phone is given. `fresh`: what was told before it is not shown."""
    incident = (
        facts.view.incidents[0] if facts is not None and facts.view is not None and facts.view.incidents else None
    )
    called = facts.others_called(incident.number) if facts is not None and incident is not None else []
    phone = facts.phone if facts is not None else ()
    told = tuple(one for one in phone if fresh is None or one.at >= fresh)
    return {"bubbles": on_phone(told, speak), "called": called}
