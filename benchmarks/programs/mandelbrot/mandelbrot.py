"""How many points of a grid are in the Mandelbrot set: floating-point arithmetic in a loop."""


def inside(cr: float, ci: float) -> bool:
    x = y = 0.0
    turns = 50
    while x * x + y * y <= 4.0:
        if turns == 0:
            return True
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
        turns -= 1
    return False


def benchmark(size: int) -> int:
    found = 0
    for row in range(size):
        for column in range(size):
            if inside(3.0 * column / size - 2.0, 2.0 * row / size - 1.0):
                found += 1
    return found
