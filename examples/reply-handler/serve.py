"""Handle a request in a process of its own.  With `--die` it ends right after the reply was sent: before anything can
tell that it was."""

import os
import sys

import turmeric

RULES = turmeric.Rules(lease=0.5)


def send(reply_to: str, message_id: int, balance: int, possible_repeat: bool) -> None:
    with open("replies.log", "a") as log:
        print(f"to {reply_to}: message {message_id}, balance {balance}, possible repeat: {possible_repeat}", file=log)
    if "--die" in sys.argv:
        os._exit(1)


runtime = turmeric.Runtime(store="sqlite:requests.db", key=b"thirty-two bytes of a secret key", rules=RULES)
runtime.register("broker", {"send": send})
handler = runtime.load("handler.tur")
number = int(sys.argv[1])
handle = runtime.start(handler.handle_request, "ann", number, 10 * number, id=f"request {number}")
print(f"request {number}:", runtime.run(handle))
