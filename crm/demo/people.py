"""Who sells: directors of regions, managers of offices, and their salespeople, some gone, some moved, some new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm.demo.places import REGIONS

SURNAMES: tuple[tuple[str, str], ...] = (
    ("Wang", "王"), ("Li", "李"), ("Zhang", "张"), ("Liu", "刘"), ("Chen", "陈"), ("Yang", "杨"), ("Zhao", "赵"),
    ("Huang", "黄"), ("Zhou", "周"), ("Wu", "吴"), ("Xu", "徐"), ("Sun", "孙"), ("Hu", "胡"), ("Zhu", "朱"),
    ("Gao", "高"), ("Lin", "林"), ("He", "何"), ("Guo", "郭"), ("Ma", "马"), ("Luo", "罗"), ("Liang", "梁"),
    ("Song", "宋"), ("Zheng", "郑"), ("Xie", "谢"), ("Han", "韩"), ("Tang", "唐"), ("Feng", "冯"), ("Dong", "董"),
    ("Cheng", "程"), ("Cao", "曹"), ("Yuan", "袁"), ("Deng", "邓"), ("Fu", "傅"), ("Shen", "沈"), ("Zeng", "曾"),
    ("Peng", "彭"), ("Lyu", "吕"), ("Su", "苏"), ("Jiang", "蒋"), ("Cai", "蔡"),
)  # fmt: skip

GIVEN_NAMES: tuple[tuple[str, str], ...] = (
    ("Ming", "明"), ("Lan", "岚"), ("Bin", "斌"), ("Siyuan", "思远"), ("Jiahao", "佳豪"), ("Yue", "悦"),
    ("Wei", "伟"), ("Jing", "静"), ("Lei", "磊"), ("Ting", "婷"), ("Haoran", "浩然"), ("Zihan", "子涵"),
    ("Xue", "雪"), ("Qiang", "强"), ("Lihua", "丽华"), ("Jianguo", "建国"), ("Xiaodong", "晓东"),
    ("Yutong", "雨桐"), ("Zhiqiang", "志强"), ("Xinyi", "欣怡"), ("Peng", "鹏"), ("Lin", "琳"), ("Tao", "涛"),
    ("Min", "敏"), ("Chao", "超"), ("Wenbo", "文博"), ("Jiayi", "嘉怡"), ("Junjie", "俊杰"), ("Haiyan", "海燕"),
    ("Kai", "凯"), ("Mengqi", "梦琪"), ("Yu", "宇"), ("Jie", "洁"), ("Chen", "晨"), ("Rui", "瑞"),
    ("Chunmei", "春梅"), ("Guodong", "国栋"), ("Qian", "倩"), ("Lixin", "立新"), ("Fang", "芳"),
)  # fmt: skip

#: Titles: director of a region, manager of an office, representative.
TITLES = ("Regional director", "Office manager", "Sales representative")
#: How many days it takes a new rep to sell like the others.
LEARNING_DAYS = 240


@dataclass(frozen=True)
class Staff:
    """One entry per person, directors first, then managers, then reps; days are counted from 1970, -1 is never."""

    names: list[tuple[str, str]]
    title: np.ndarray
    manager: np.ndarray  # -1: nobody
    office: np.ndarray  # where they are now, or were last
    hired: np.ndarray
    left: np.ndarray
    skill: np.ndarray  # added to the log-odds of each step
    load: np.ndarray  # share of an office's new deals, before scaling
    # One entry per assignment of a person to an office, [since, until).
    assigned: np.ndarray
    assigned_office: np.ndarray
    since: np.ndarray
    until: np.ndarray


def offices() -> tuple[np.ndarray, np.ndarray]:
    """For each office its region and its number of reps."""
    region = [number for number, (*_, some) in enumerate(REGIONS) for _ in some]
    return np.array(region), np.array([office[4] for *_, some in REGIONS for office in some])


def hire(rng: np.random.Generator, *, first_day: int, as_of: int) -> Staff:
    """Draws the staff; the first rep of each office has always been there, so that nobody's deals are orphans."""
    region, reps = offices()
    directors, managers, total = len(REGIONS), len(region), len(REGIONS) + len(region) + int(reps.sum())
    home = np.concatenate([[np.argmax(region == r) for r in range(directors)], range(managers),
                           np.repeat(np.arange(managers), reps)])  # fmt: skip
    title = np.repeat([0, 1, 2], [directors, managers, int(reps.sum())])
    # A manager reports to the director of the region, a rep to the manager of the office.
    manager = np.where(title == 0, -1, np.where(title == 1, region[home], directors + home))
    hired = first_day - rng.integers(200, 3200, total)
    is_rep = title == 2
    is_first = is_rep & np.concatenate([[True], home[1:] != home[:-1]])
    is_first[directors + managers] = True
    free = is_rep & ~is_first
    fate = rng.random(total)
    span = as_of - first_day
    joined = free & (rng.random(total) < 0.38)
    hired[joined] = first_day + (span * rng.uniform(0.03, 0.93, total)[joined]).astype(int)
    fresh = free & (fate > 0.94)
    hired[fresh] = as_of - rng.integers(30, 170, total)[fresh]
    left = np.full(total, -1)
    leaves = free & (fate < 0.15) & (as_of - hired > 420)
    left[leaves] = rng.integers(np.maximum(hired, first_day)[leaves] + 240, as_of - 20)
    moves = free & (fate > 0.15) & (fate < 0.23) & (as_of - hired > 420)
    assignments = _assignments(rng, home=home, region=region, hired=hired, left=left, moves=moves,
                               first_day=first_day, as_of=as_of)  # fmt: skip
    present = home.copy()
    present[assignments[0]] = assignments[1]  # assignments are in order, the last one wins
    manager = np.where(is_rep, directors + present, manager)
    return Staff(
        names=_names(rng, total),
        title=title,
        manager=manager,
        office=present,
        hired=hired,
        left=left,
        skill=rng.normal(0, 0.24, total),
        load=rng.lognormal(0, 0.35, total) * is_rep,
        assigned=assignments[0],
        assigned_office=assignments[1],
        since=assignments[2],
        until=assignments[3],
    )


def _assignments(
    rng: np.random.Generator,
    *,
    home: np.ndarray,
    region: np.ndarray,
    hired: np.ndarray,
    left: np.ndarray,
    moves: np.ndarray,
    first_day: int,
    as_of: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Person, office, first day and first day no longer there (-1: still), ordered by person and day."""
    rows = []
    for person in range(len(home)):
        if not moves[person]:
            rows.append((person, home[person], hired[person], left[person]))
            continue
        day = int(rng.integers(max(hired[person], first_day) + 200, as_of - 60))
        elsewhere = np.flatnonzero(region != region[home[person]])
        rows.append((person, home[person], hired[person], day))
        rows.append((person, int(rng.choice(elsewhere)), day, left[person]))
    person, office, since, until = np.array(rows).T
    return person, office, since, until


def _names(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """As many different names, family name first, in pinyin and in Chinese."""
    drawn = rng.permutation(len(SURNAMES) * len(GIVEN_NAMES))[:count]
    pairs = [(SURNAMES[n // len(GIVEN_NAMES)], GIVEN_NAMES[n % len(GIVEN_NAMES)]) for n in drawn]
    return [(f"{surname[0]} {given[0]}", surname[1] + given[1]) for surname, given in pairs]


def owners(
    rng: np.random.Generator, staff: Staff, *, office: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the owner of a deal of each office on each day; returns the assignments' numbers and last days (or -1)."""
    found = np.zeros(len(office), np.int64)
    draw = rng.random(len(office))
    for place in np.unique(office):
        rows = np.flatnonzero(office == place)
        some = np.flatnonzero((staff.assigned_office == place) & (staff.load[staff.assigned] > 0))
        days = day[rows, None]
        there = (staff.since[some] <= days) & ((staff.until[some] < 0) | (days < staff.until[some]))
        weights = np.cumsum(there * staff.load[staff.assigned[some]], axis=1)
        picked = (weights <= draw[rows, None] * weights[:, [-1]]).sum(axis=1)
        found[rows] = some[picked]
    return found, staff.until[found]
