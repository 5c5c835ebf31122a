/* The search, in a worker that stands in the place of the theme's: the box, the list and the keys stay the theme's.
   It fetches of the index only the files that a query needs (tools/lawbook/site/search_index.py says what they hold). */
"use strict"

importScripts("search-words.js")

const ALIKE = 0.7 // what a word that means the same counts
const NEAR = 0.45 // what a word that is near in meaning counts
const SHOWN = 12 // results
const RUN = 4 // files that the beginning of a word may fetch
const ENDING = /(?:ations?|ating|ated|ation|ness|ings?|ed|ences?|ances?|ity|ive|ment|ally|al|er|ly|ion|e)$/

let index // the root: where each file of words begins, the tables, the synonyms
let reader // takes a text apart into words
let home // the folder of this edition of the index
let latest = "" // the query typed last
const kept = new Map() // what was fetched

function fetched(name, read) {
  if (!kept.has(name))
    kept.set(
      name,
      fetch(new URL(name, home)).then((answer) => {
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
        return answer[read]()
      }),
    )
  return kept.get(name)
}

// --- the words of the index ---------------------------------------------------
function fileOf(word) {
  let [low, high] = [0, index.firsts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (index.firsts[middle] <= word) low = middle
    else high = middle
  }
  return low
}

/* The documents of a word: from their numbers to how much it weighs in each of their places, from 0 to 1. */
function unpacked(listed) {
  const found = new Map()
  let number = 0
  for (const part of listed.split(",")) {
    const [step, weights] = part.split(".")
    number += parseInt(step, 36)
    found.set(number, Array.from(weights, (digit) => parseInt(digit, 36) / 35))
  }
  return found
}

async function exactly(word) {
  if (!index.firsts.length) return new Map()
  const shard = await fetched(`${fileOf(word)}.json`, "json")
  return Object.hasOwn(shard, word) ? unpacked(shard[word]) : new Map()
}

async function beginningWith(start, weight, most = 40) {
  const files = []
  for (let i = fileOf(start); i < index.firsts.length && files.length < RUN; i++) {
    if (index.firsts[i] > start + "\uffff") break
    files.push(fetched(`${i}.json`, "json"))
  }
  const found = []
  for (const shard of await Promise.all(files))
    for (const word of Object.keys(shard))
      if (word.startsWith(start) && word !== start)
        found.push([word, (weight * start.length) / word.length, unpacked(shard[word])])
  return found.sort((a, b) => b[1] - a[1]).slice(0, most)
}

/* How many letters must be changed, added, left out or swapped; `open` when the word may go on. */
function distance(a, b, open) {
  let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
    }
    ;[before, last] = [last, row]
  }
  return open ? Math.min(...last) : last[b.length]
}

async function mistyped(word, open) {
  const known = (await fetched("words.txt", "text")).split("\n")
  const allowed = word.length < 8 ? 1 : 2
  let close = []
  for (const whole of [true, false]) {
    if (!whole && !open) break
    for (const other of known) {
      if (whole ? Math.abs(other.length - word.length) > allowed : other.length < word.length) continue
      const far = distance(word, whole ? other : other.slice(0, word.length + 1), !whole)
      if (far <= (whole ? allowed : 1)) close.push([far + (other[0] !== word[0]) / 2, other])
    }
    if (close.length) break
  }
  close.sort((a, b) => a[0] - b[0])
  close = close.filter(([far]) => far < close[0][0] + 0.5).slice(0, 8)
  return Promise.all(close.map(async ([far, other]) => [other, 0.8 - 0.15 * far, await exactly(other)]))
}

/* One word written as two in the entries: `heavyball`. */
async function inTwo(word) {
  const known = new Set((await fetched("words.txt", "text")).split("\n"))
  for (let i = 3; i < word.length - 2; i++) {
    const [a, b] = [word.slice(0, i), word.slice(i)]
    if (!known.has(a) && !known.has(b)) continue
    const found = await exactly(`~${a} ${b}`)
    if (found.size) return [[a, 0.9, found], [b, 0.9, found]]
  }
  return []
}

/* All that a typed word finds: [word, how much it counts, documents]. */
async function variants(word, isLast, isMath) {
  const found = [[word, 1, await exactly(word)]]
  if (isMath && /^\p{L}{2}$/u.test(word)) found.push([word, 0.9, await exactly(`~${word[0]} ${word[1]}`)]) // N_c as Nc
  const isKnown = found[0][2].size > 0
  const isPlain = /^\p{L}+$/u.test(word)
  if (word.length >= 4 || (isLast && !isKnown && word.length >= 2)) found.push(...(await beginningWith(word, isKnown ? 0.6 : 0.9)))
  if (isPlain && word.length >= 7) {
    const root = word.replace(ENDING, "")
    if (root !== word && root.length >= 5) found.push(...(await beginningWith(root, isKnown ? 0.35 : 0.6)))
  }
  if (isPlain && word.length >= 5 && !found.some(([, , documents]) => documents.size)) {
    found.push(...(await inTwo(word)))
    if (found.length === 1) found.push(...(await mistyped(word, isLast)))
  }
  return found.filter(([, , documents]) => documents.size)
}

// --- what a query asks for ------------------------------------------------------
/* Joins what several words find: in each place the most that any of them counts. */
function joined(found) {
  const out = new Map()
  for (const [, weight, documents] of found)
    for (const [number, weights] of documents) {
      const most = out.get(number) ?? []
      weights.forEach((w, i) => (most[i] = Math.max(most[i] ?? 0, w * weight)))
      out.set(number, most)
    }
  return out
}

const rarity = (documents) => Math.log(1 + (index.documents - documents.size + 0.5) / (documents.size + 0.5))

/* A run of words, as one: all pairs of neighbours must stand together. */
async function together(words) {
  if (words.length === 1) return exactly(words[0])
  const pairs = await Promise.all(words.slice(1).map((word, i) => exactly(`~${words[i]} ${word}`)))
  const out = new Map()
  for (const [number, weights] of pairs[0]) {
    const least = weights.map((w, i) => Math.min(w, ...pairs.slice(1).map((pair) => pair.get(number)?.[i] ?? 0)))
    if (least.some(Boolean)) out.set(number, least)
  }
  return out
}

/* Which runs of the words typed have synonyms: the longest first, none twice. */
function synonyms(words) {
  const taken = new Map() // first word of the run -> { length, others: [[words, weight]] }
  for (const [same, near] of index.synonyms)
    for (const [list, weight] of [[same, ALIKE], [near, NEAR]])
      for (const run of list)
        for (let i = 0; i + run.length <= words.length; i++) {
          if (run.some((word, k) => word !== words[i + k])) continue
          const longer = [...taken].some(([j, { length }]) => length > run.length && j < i + run.length && i < j + length)
          if (longer) continue
          for (const [j, { length }] of [...taken]) if (length < run.length && j < i + run.length && i < j + length) taken.delete(j)
          const mine = taken.get(i) ?? { length: run.length, others: [] }
          mine.others.push(...same.filter((other) => other !== run).map((other) => [other, weight]))
          taken.set(i, mine)
        }
  return taken
}

/* The ideas of a query: what each finds, how much it is worth, which words it stands for; and what is found besides. */
async function asked(query) {
  const isMath = /[\^_{}=\\+*<>|()/]|\p{Script=Greek}/u.test(query)
  const words = reader.words(query, isMath).slice(0, 24)
  if (!words.length) words.push(...reader.words(query, true, true).slice(0, 24))
  const alike = synonyms(words)
  const runs = []
  for (let i = 0; i < words.length; i += runs.at(-1).length) runs.push({ start: i, length: alike.get(i)?.length ?? 1 })
  const seeking = runs.map(async ({ start, length }) => {
    const typed = words.slice(start, start + length)
    const others = alike.get(start)?.others ?? []
    const [parts, also] = await Promise.all([
      Promise.all(typed.map((word, k) => variants(word, start + k === words.length - 1, isMath))),
      Promise.all(others.map(async ([run, weight]) => [run, weight, await together(run)])),
    ])
    const found = also.filter(([, , documents]) => documents.size)
    return parts.map((part) => idea(part, found))
  })
  const beside = []
  for (let i = 0; i + 1 < words.length; i++) {
    beside.push([isMath ? 1 : 0.7, exactly(`~${words[i]} ${words[i + 1]}`)])
    beside.push([1.2, exactly(words[i] + words[i + 1])])
  }
  for (const whole of reader.wholes(query, isMath)) beside.push([isMath ? 2.5 : 1, exactly(whole)])
  const besides = await Promise.all(beside.map(async ([share, documents]) => [share, await documents]))
  const ideas = (await Promise.all(seeking)).flat()
  return { ideas, besides: besides.filter(([, documents]) => documents.size) }
}

/* What a typed word asks for: all that it finds itself, and what means the same. */
function idea(found, also) {
  const [own, same] = [joined(found), joined(also)]
  const exact = found[0]?.[1] === 1 ? found[0][2] : own
  const known = own.size ? exact : same
  return {
    documents: joined([["", 1, own], ["", 1, same]]),
    worth: known.size ? rarity(known) : 0,
    hits: [...found.map(([word]) => word), ...also.flatMap(([run]) => run)],
  }
}

// --- ranking ---------------------------------------------------------------------
/* How well each place of a document answers; a law takes part of what is said of its entry and of the laws beside it. */
function placed(number, { ideas, besides }) {
  const count = Math.max(...[...ideas, ...besides.map(([, documents]) => ({ documents }))].map(({ documents }) => documents.get(number)?.length ?? 0))
  const worth = ideas.reduce((sum, idea) => sum + idea.worth, 0) || 1
  const most = (weights, i) => Math.max(0, ...weights.filter((_, j) => j !== i && j > 0))
  const scores = []
  for (let i = 0; i < count; i++) {
    let [sum, covered, own] = [0, 0, 0]
    const add = (documents, value, isIdea) => {
      const weights = documents.get(number)
      if (!weights) return
      const [here, page, beside] = [weights[i] ?? 0, i ? weights[0] : 0, most(weights, i)]
      sum += value * (1 - (1 - here) * (1 - 0.7 * page) * (1 - (i ? 0.3 : 0.5) * beside))
      own += value * here
      if (isIdea) covered += value
    }
    for (const idea of ideas) add(idea.documents, idea.worth, true)
    for (const [share, documents] of besides) add(documents, share * rarity(documents), false)
    scores.push({ place: i, score: sum * (covered / worth || 0.05), own })
  }
  return scores
}

/* A law counts whole; pages that tell about laws, and notebooks, count less. */
function lightness(number) {
  for (const [run, weight] of index.weights) if ((number -= run) < 0) return weight
  return 1
}

async function answer(query) {
  const ask = await asked(query)
  const numbers = new Set([...ask.ideas, ...ask.besides.map(([, documents]) => ({ documents }))].flatMap(({ documents }) => [...documents.keys()]))
  const ranked = [...numbers].map((number) => {
    const places = placed(number, ask)
    return { number, places, score: lightness(number) * Math.max(...places.map(({ score }) => score)) }
  })
  ranked.sort((a, b) => b.score - a.score || a.number - b.number)
  const first = ranked.slice(0, SHOWN).filter(({ score }) => score > 0)
  const pages = await Promise.all(first.map(({ number }) => fetched(`pages/${number}.json`, "json")))
  const mark = reader.marker(new Set(ask.ideas.flatMap(({ hits }) => hits)))
  return first.map((found, i) => shown(found, pages[i], mark))
}

/* As the theme wants it: the page, with the place that answers best beneath, and others to unfold. */
function shown({ places }, page, mark) {
  const parts = places.filter(({ place }) => place > 0 && place < page.length).sort((a, b) => b.score - a.score || a.place - b.place)
  if (!parts.length && page.length > 1) parts.push({ place: 1, score: places[0].score, own: 0 })
  const [best, ...others] = parts
  const part = ({ place, score }) => {
    const [location, title, about] = page[place]
    return { location, title: mark(title), text: about.map((line) => `<p>${mark(line)}</p>`).join(""), score, terms: {} }
  }
  const [location, title, about] = page[0]
  const top = { location, title: mark(title), text: "", score: places[0].score, terms: {} }
  if (!best) return [{ ...top, text: about.map((line) => `<p>${mark(line)}</p>`).join("") }]
  top.score = Math.min(top.score, best.score * 0.99)
  if (page.length > 1 && location.startsWith("laws/")) top.tags = about
  const more = others.filter(({ score, own }) => own > 0 && score > 0.6 * best.score).slice(0, 3)
  return [part(best), top, ...more.map(part).map((law) => ({ ...law, score: Math.min(law.score, best.score * 0.98) }))]
}

addEventListener("message", async ({ data: { type, data } }) => {
  if (type === 0) {
    index = data.config.index
    home = new URL(`../search/${index.key}/`, self.location)
    reader = searchWords(index.words)
    postMessage({ type: 1 })
  } else if (type === 2) {
    latest = data
    let items = []
    try {
      items = data.trim() ? await answer(data) : []
    } catch (error) {
      console.error(`The search failed: ${error}`)
    }
    if (latest === data) postMessage({ type: 3, data: { items } })
  }
})
