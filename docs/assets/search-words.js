/* Text taken apart into words, as tools/lawbook/site/search_words.py does it; its tables come with the index. */
"use strict"

function searchWords(tables) {
  const layout = new RegExp(tables.layout, "g")
  const scripts = new RegExp(tables.scripts, "g")
  const spelling = tables.spelling.map(([pattern, put]) => [new RegExp(pattern, "g"), put])
  const stop = new Set(tables.stop)
  const pattern = /[0-9]+(?:\.[0-9]+)+|[0-9]+|[\p{L}\p{N}]+/gu

  function spelt(word) {
    word = Object.hasOwn(tables.same, word) ? tables.same[word] : word
    if (word.length > 3) for (const [from, to] of spelling) word = word.replace(from, to)
    return word
  }

  function character(c) {
    if (Object.hasOwn(tables.greek, c)) return ` ${tables.greek[c]} `
    return Object.hasOwn(tables.letters, c) ? tables.letters[c] : c
  }

  /* The words of `text`; with `math` its letters count too, with `all` every word. */
  function words(text, math = false, all = false) {
    text = text.replace(layout, " ").replace(scripts, " $& ").normalize("NFKD").toLowerCase().replace(/\p{Mn}/gu, "")
    const found = (Array.from(text, character).join("").match(pattern) ?? []).map(spelt)
    return found.filter((word) => word.length <= tables.longest && (all || !stop.has(word) || (math && word.length === 1)))
  }

  /* The whole of what was typed, and of a formula each side of it, as one word each: a name, an alias, a formula. */
  function wholes(typed, math) {
    const relation = /\\(?:to|sim|simeq|approx|propto|asymp|leq?|geq?)(?![a-zA-Z])|[=<>→≈∼∝≤≥≃]/
    const found = (math ? [typed, ...typed.split(relation)] : [typed]).map((side) => words(side, math))
    return new Set(found.filter((side) => side.length && side.length <= tables.widest).map((side) => "=" + side.join(" ")))
  }

  /* Marks in HTML of ours the words that were found; what stands in tags and entities stays. */
  function marker(hits) {
    return (html) =>
      html.replace(/&[a-z0-9#]+;|[\p{L}\p{N}]+/giu, (part) =>
        part[0] !== "&" && words(part, true).some((word) => hits.has(word)) ? `<mark>${part}</mark>` : part,
      )
  }

  return { words, wholes, marker }
}
