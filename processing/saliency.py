"""Where a picture is worth looking at: which part of it to keep, told from its pixels."""

from functools import reduce
from itertools import accumulate, product
from math import ceil
from operator import add

from PIL import Image, ImageChops, ImageFilter

from processing.gravity import Looking
from processing.operation import Box, Picture
from processing.pixels import has_alpha

FINE = 128
"""Pixels along the longer side that are looked at."""
CELL = 2
"""Side of the cells in which they are weighed, in those pixels."""
BLOCK = 8
"""Side of the squares whose entropy is measured, in those pixels."""
STEP = 8
"""Levels that entropy takes for one: noise is no information."""
BIT = 32
"""Levels that stand for a bit of entropy in a map."""

# What a cell is worth: something for being visible, more for standing out from what is around it,
# for information, for colour and for the hue of skin; but flat colour and flat skin little.
VISIBLE, DETAIL, ENTROPY, CHROMA, SKIN = 1, 4, 0.25, 0.1, 0.2
RICH = 0.02
"""How much more colour and skin are worth with each level of detail."""

# A part that is worth nearly as much, but lies nearer to the centre, is the better one.
NEARLY = 0.99

Grid = list[list[float]]
"""Rows of what each cell is worth."""


def best_part(picture: Picture, part: Box, by: Looking) -> Box:
    """Return the part of a picture, as large as this one, that is most worth keeping.

    The first frame decides, so that an animation and a still made of it show the same part.
    """
    width, height = part[2] - part[0], part[3] - part[1]
    if (width, height) == picture.size:
        return part
    grid = _worth(_small(picture), by)
    spare_x = _spare(len(grid[0]), width / picture.size.width)
    spare_y = _spare(len(grid), height / picture.size.height)
    x, y = _best_window(grid, len(grid[0]) - spare_x, len(grid) - spare_y)
    left = (picture.size.width - width) * (x / spare_x if spare_x else 0.5)
    top = (picture.size.height - height) * (y / spare_y if spare_y else 0.5)
    return (
        left,
        top,
        # Rounding must not lead out of the picture.
        min(left + width, picture.size.width),
        min(top + height, picture.size.height),
    )


def _spare(cells: int, share: float) -> int:
    """Return by how many cells a window with this share of them may move.

    An even number: the middle one is the centre.
    """
    return 2 * min(round(cells * (1 - share) / 2), (cells - 1) // 2)


def _small(picture: Picture) -> Image.Image:
    """Return all of the first frame in few pixels."""
    image = picture.frames[0].image
    left, top, right, bottom = box = picture.part or (0, 0, *image.size)
    by = min(1, FINE / max(right - left, bottom - top))
    size = (max(1, round((right - left) * by)), max(1, round((bottom - top) * by)))
    return image.resize(size, Image.Resampling.BOX, box, reducing_gap=1)


# --- What a cell is worth --------------------------------------------------------------------


def _worth(image: Image.Image, by: Looking) -> Grid:
    alpha = image.getchannel("A") if has_alpha(image) else Image.new("L", image.size, 255)
    # What hides under transparent pixels must not count.
    colors = Image.composite(image.convert("RGB"), Image.new("RGB", image.size, "gray"), alpha)
    nothing = Image.new("L", image.size)
    maps = [
        alpha,
        *((_detail(colors), _chroma(colors), _skin(colors)) if by != "entropy" else [nothing] * 3),
        _entropy(colors, alpha) if by != "attention" else nothing,
    ]
    width, height = max(1, image.width // CELL), max(1, image.height // CELL)
    bands = [one.resize((width, height), Image.Resampling.BOX).tobytes() for one in maps]
    cells = [
        visible
        * (
            VISIBLE
            + DETAIL * detail
            + (CHROMA * chroma + SKIN * skin) * (1 + RICH * detail)
            + ENTROPY * entropy
        )
        for visible, detail, chroma, skin, entropy in zip(*bands, strict=True)
    ]
    return [cells[start : start + width] for start in range(0, len(cells), width)]


def _detail(colors: Image.Image) -> Image.Image:
    """Return how much each pixel differs in brightness from what is around it."""
    light = colors.convert("L")
    return ImageChops.difference(light, light.filter(ImageFilter.BoxBlur(1)))


def _chroma(colors: Image.Image) -> Image.Image:
    """Return how strong the colour of each pixel is."""
    bands = colors.split()
    return ImageChops.subtract(reduce(ImageChops.lighter, bands), reduce(ImageChops.darker, bands))


def _skin(colors: Image.Image) -> Image.Image:
    """Return how near each pixel is to the hues that skin of all shades has."""
    light, blue, red = colors.convert("YCbCr").split()

    def near(middle: int, reach: int) -> list[int]:
        return [max(0, 255 - 255 * abs(level - middle) // reach) for level in range(256)]

    hue = ImageChops.multiply(blue.point(near(105, 28)), red.point(near(152, 20)))
    return ImageChops.multiply(hue, light.point(lambda level: 255 * (40 <= level <= 240)))


def _entropy(colors: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return the entropy of the block each pixel lies in."""
    light = colors.convert("L").point(lambda level: level // STEP)
    width, height = light.size
    bits = bytearray()
    for top, left in product(range(0, height, BLOCK), range(0, width, BLOCK)):
        box = (left, top, min(left + BLOCK, width), min(top + BLOCK, height))
        seen = alpha.crop(box)
        bits.append(round(BIT * light.crop(box).entropy(seen)) if seen.getbbox() else 0)
    blocks = Image.frombytes("L", (ceil(width / BLOCK), ceil(height / BLOCK)), bytes(bits))
    reach = (0, 0, width / BLOCK, height / BLOCK)
    return blocks.resize(light.size, Image.Resampling.NEAREST, reach)


# --- The window that holds the most ----------------------------------------------------------


def _best_window(grid: Grid, across: int, down: int) -> tuple[int, int]:
    """Return left and top of the window of so many cells that is worth most.

    What is nearer to its middle counts more: as often as it lies in one of three nested windows.
    """
    sums = _sums(grid)
    insets = [(across * part // 6, down * part // 6) for part in (0, 1, 2)]
    spare_x, spare_y = len(grid[0]) - across, len(grid) - down

    def worth(x: int, y: int) -> float:
        return sum(
            _inside(sums, x + dx, y + dy, x + across - dx, y + down - dy) for dx, dy in insets
        )

    def off_centre(place: tuple[int, int]) -> int:
        return (2 * place[0] - spare_x) ** 2 + (2 * place[1] - spare_y) ** 2

    places = list(product(range(spare_x + 1), range(spare_y + 1)))
    worths = [worth(x, y) for x, y in places]
    enough = max(worths) * NEARLY
    good = (place for place, value in zip(places, worths, strict=True) if value >= enough)
    return min(good, key=off_centre)


def _sums(grid: Grid) -> Grid:
    """Return for each corner between cells what all cells left of and above it are worth."""
    sums = [[0.0] * (len(grid[0]) + 1)]
    for row in grid:
        sums.append(list(map(add, sums[-1], accumulate(row, initial=0.0))))
    return sums


def _inside(sums: Grid, left: int, top: int, right: int, bottom: int) -> float:
    above, below = sums[top], sums[bottom]
    return below[right] - below[left] - above[right] + above[left]
