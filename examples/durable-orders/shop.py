"""What is outside: a payment service and a warehouse, which know a request again by its key."""

import turmeric


class Shop:
    """The services print what they do."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.faults = 0

    def charge(self, order: int, cents: int, key: str) -> str:
        if self.faults:
            self.faults -= 1
            raise OSError("the payment service is down")
        return self.once(key, f"charge {cents} cents for order {order}", f"receipt {order}")

    def refund(self, receipt: str) -> None:
        self.once(f"refund {receipt}", f"refund {receipt}", "refunded")

    def ship(self, order: int, key: str) -> str:
        return self.once(key, f"ship order {order}", f"parcel {order}")

    def tell(self, text: str) -> None:
        print(f"  mail: {text}")

    def once(self, key: str, what: str, answer: str) -> str:
        """Do something unless it was done before under that key."""
        if key not in self.answers:
            self.answers[key] = answer
            print(f"  {what}")
        return self.answers[key]

    def offer(self, runtime: turmeric.Runtime) -> None:
        """Make this the module `shop` of a runtime."""
        functions = {"charge": self.charge, "refund": self.refund, "ship": self.ship, "tell": self.tell}
        runtime.register("shop", functions)
