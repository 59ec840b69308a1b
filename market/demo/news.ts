/**
 * The demo market's news. Articles stand on an hourly grid: at each hour a stock may have one of its
 * own, at some a sector has one, at one the whole market. Which and what is settled for ever.
 */
import type { Article } from "../market.ts";
import { type DemoStock, SECTORS } from "./listings.ts";
import { chance, hash, pick, SEED, textNumber } from "./noise.ts";

const HOUR = 60 * 60 * 1000, DAY = 24 * HOUR;
/** The most days that one call tells of. */
const LONGEST = 31;
/** When the day's wrap is written, in UTC. */
const WRAP_HOUR = 21;
/** No symbol has a code as high: that would begin with `ZZ`, and none that is listed does. */
const BEYOND_SYMBOLS = 27 ** 6 - 1000;
const MADE_UP = "Made up by the demo market; nothing of this happened.";

/** Who an article is about; `code` makes its ids: distinct, below 27^6, and the same for ever. */
interface Subject {
  readonly code: number;
  readonly source: string;
  readonly headlines: Choices;
  /** What the templates say of it. */
  readonly words: Readonly<Record<string, string>>;
  writesAt(hour: number): boolean;
}

/** Articles of the days that start at `from` to `to` (in ms, both included, in UTC) that are out by `now`, oldest first. */
export function demoNews(
  stock: DemoStock,
  days: { from: number; to: number },
  now: number,
): Article[] {
  const end = Math.min(days.to + DAY - 1, now);
  const start = Math.max(days.from, end - LONGEST * DAY);
  const articles: Article[] = [];
  for (let hour = Math.floor(start / HOUR); hour * HOUR <= end; hour++) {
    for (const subject of subjects(stock)) {
      if (subject.writesAt(hour)) articles.push(write(subject, hour));
    }
  }
  const [first, last] = [start, end].map((ms) => new Date(ms).toISOString());
  return articles
    .filter(({ at }) => at >= first! && at <= last!)
    .sort((a, b) => a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1);
}

function subjects({ symbol, name, sector }: DemoStock): Subject[] {
  const ofStock: Subject = {
    code: symbolCode(symbol),
    source: "Demo Wire",
    headlines: COMPANY_HEADLINES,
    words: { name: name.replace(/ (Inc|Corp|Co)$/, ""), symbol },
    writesAt: (hour) => chance(SEED, textNumber(symbol), hour) < 0.22,
  };
  const ofSector: Subject = {
    code: BEYOND_SYMBOLS + 1 + SECTORS.indexOf(sector),
    source: "Demo Wire Sectors",
    headlines: SECTOR_HEADLINES,
    words: { sector },
    writesAt: (hour) => chance(SEED, textNumber(sector), hour) < 0.08,
  };
  const ofMarket: Subject = {
    code: BEYOND_SYMBOLS,
    source: "Demo Wire Markets",
    headlines: MARKET_HEADLINES,
    words: {},
    writesAt: (hour) => hour % 24 === WRAP_HOUR,
  };
  return sector === "fund"
    ? [ofStock, ofMarket]
    : [ofStock, ofSector, ofMarket];
}

function write(subject: Subject, hour: number): Article {
  const id = hour * 27 ** 6 + subject.code;
  const minute = hash(SEED, id, 1) % 60;
  const text = (choices: Choices, place: number) =>
    fill(pick(choices, SEED, id, place), subject, id);
  const summary = [text(SUMMARIES, 3), text(SUMMARIES, 4)];
  return {
    id,
    at: new Date(hour * HOUR + minute * 60_000).toISOString(),
    headline: text(subject.headlines, 2),
    source: subject.source,
    summary: [...new Set(summary), MADE_UP].join(" "),
    url: hash(SEED, id, 5) % 4 === 0
      ? null
      : `https://example.com/demo-wire/${id}`,
    image: null,
  };
}

function fill(template: string, subject: Subject, id: number): string {
  const text = template.replace(/\{(\w+)\}/g, (whole, word: string) => {
    const choices = FILLINGS[word];
    return subject.words[word] ??
      (choices ? pick(choices, SEED, id, textNumber(word)) : whole);
  });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A symbol as a number in base 27, its class the last digit: no two symbols share one. */
function symbolCode(symbol: string): number {
  const [letters = "", shareClass = "@"] = symbol.split(".");
  return [...letters, shareClass].reduce(
    (code, letter) => code * 27 + letter.charCodeAt(0) - "@".charCodeAt(0),
    0,
  );
}

// What the Demo Wire writes: templates, and what they are filled with.

type Choices = readonly [string, ...string[]];

/** About one company. `{name}` and `{symbol}` are its own; the other fillings are below. */
const COMPANY_HEADLINES: Choices = [
  "{name} opens a research campus in {city}",
  "{name} raises its outlook after a {adjective} quarter",
  "{bank} lifts its target for {symbol} by {percent}%",
  "{bank} starts coverage of {name} with a neutral view",
  "{name} and {partner} agree on a {number}-year supply deal",
  "Five questions for {name} before its next report",
  "{name} plans to hire {number}00 engineers in {city}",
  "Why {symbol} moved today, and what the options market expects",
  "{name} trims costs in {city}, keeps its R&D budget",
  "{name} to buy back shares worth ${number} billion",
  "“A {adjective} start”: {name} shows its new line in {city}",
  "{symbol} among the most traded names this morning",
  "{name} names a new head of finance",
  "{name} cuts delivery times by {percent}%, suppliers say",
  "Inside {name}'s {adjective} bet on {theme}",
  "{name} sets the date for its annual meeting",
  "Analysts split on {symbol} as {theme} gathers pace",
  "{name} keeps its dividend, hints at more",
  "{name} joins {partner} in a pilot on {theme}",
  "{name} says <{percent}% of orders were delayed last quarter",
];

/** About all of a sector; the same article reaches every symbol in it. */
const SECTOR_HEADLINES: Choices = [
  "{sector} shares drift as traders wait for {event}",
  "{sector} leads the tape after {event}",
  "Funds add to {sector} for the {ordinal} week in a row",
  "What {event} means for {sector}",
  "{sector}: {percent}% of companies beat expectations, {bank} counts",
  "{theme} moves up the agenda in {sector}",
];

/** The day's wrap, about the whole market. */
const MARKET_HEADLINES: Choices = [
  "Closing bell: a {adjective} day, with {sector} ahead",
  "The day in markets: {event}, and a {adjective} finish",
  "Market wrap: breadth improves after {event}",
  "Market wrap: {sector} and {theme} set the tone",
];

const SUMMARIES: Choices = [
  "Volume was about {percent}% above its usual level.",
  "People who follow the company called the step {adjective}.",
  "{bank} expects no effect before next quarter.",
  "The plan had been talked about since spring, most of all in {city}.",
  "Traders pointed to {event} and to {theme}.",
  "Details will follow in {number} weeks.",
];

const FILLINGS: Readonly<Record<string, Choices>> = {
  adjective: ["steady", "quiet", "strong", "mixed", "surprising", "patient"],
  bank: [
    "Harbor & Finch",
    "Northgate Research",
    "Pell Street Capital",
    "Old Mill Securities",
    "Larkspur Partners",
  ],
  city: ["Austin", "Dublin", "Toronto", "Osaka", "Lyon", "Denver", "São Paulo"],
  event: [
    "the jobs report",
    "the rate decision",
    "inflation data",
    "a long weekend",
    "the bond auction",
  ],
  number: ["2", "3", "4", "5", "6", "8"],
  ordinal: ["second", "third", "fourth", "fifth"],
  partner: ["Bluewater Logistics", "Kestrel Systems", "Ostrava Motors"],
  percent: ["2", "3", "4", "6", "7", "9", "11", "14"],
  sector: ["technology", "finance", "health", "energy", "industry"],
  theme: ["automation", "chips", "clean power", "cloud spending", "logistics"],
};
