/** What the Demo Wire writes: templates, and what they are filled with. */

type Choices = readonly [string, ...string[]];

/** About one company. `{name}` and `{symbol}` are its own; the other fillings are below. */
export const COMPANY_HEADLINES: Choices = [
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
export const SECTOR_HEADLINES: Choices = [
  "{sector} shares drift as traders wait for {event}",
  "{sector} leads the tape after {event}",
  "Funds add to {sector} for the {ordinal} week in a row",
  "What {event} means for {sector}",
  "{sector}: {percent}% of companies beat expectations, {bank} counts",
  "{theme} moves up the agenda in {sector}",
];

/** The day's wrap, about the whole market. */
export const MARKET_HEADLINES: Choices = [
  "Closing bell: a {adjective} day, with {sector} ahead",
  "The day in markets: {event}, and a {adjective} finish",
  "Market wrap: breadth improves after {event}",
  "Market wrap: {sector} and {theme} set the tone",
];

export const SUMMARIES: Choices = [
  "Volume was about {percent}% above its usual level.",
  "People who follow the company called the step {adjective}.",
  "{bank} expects no effect before next quarter.",
  "The plan had been talked about since spring, most of all in {city}.",
  "Traders pointed to {event} and to {theme}.",
  "Details will follow in {number} weeks.",
];

export const FILLINGS: Readonly<Record<string, Choices>> = {
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
