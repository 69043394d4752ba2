"""Asks spancost whether a call may be made: python3 ask_budget.py MODEL PROMPT

Wants `requests`. SPANCOST is the address of the processor's API, SPANCOST_TOKEN a token with the
role decider, where it wants one. Ends with 1 where there is no budget left.
"""

import os
import sys

import requests


class BudgetExhausted(Exception):
    pass


def ask_budget(call: dict) -> str:
    """The model that may be called. Where nobody answers, the call may be made."""
    token = os.environ.get("SPANCOST_TOKEN")
    try:
        response = requests.post(
            f"{os.environ.get('SPANCOST', 'http://127.0.0.1:14320')}/api/v1/decisions",
            json=call,
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=1,
        )
        response.raise_for_status()
    except requests.RequestException:
        return call["model"]
    answer = response.json()
    if answer["decision"] in ("deny", "throttle"):
        raise BudgetExhausted(answer["summary"])
    return answer.get("model", call["model"])


if __name__ == "__main__":
    model, prompt = sys.argv[1:]
    try:
        allowed = ask_budget(
            {
                "dimensions": {"team": "web", "user": "u1"},
                "provider": "openai",
                "model": model,
                "promptBytes": len(prompt.encode()),
                "maxOutputTokens": 500,
            }
        )
    except BudgetExhausted as error:
        sys.exit(f"no budget: {error}")
    print(allowed)
