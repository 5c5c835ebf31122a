/* Sliders that stand for a number: on a linear or a log scale, whole or not. Shared by what a reader moves on a law page. */
"use strict"

const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }
function readable(value) {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    const [mantissa, exponent] = value.toExponential(1).split("e")
    const power = "10" + [...String(Number(exponent))].map((c) => SUPER[c]).join("")
    return mantissa === "1.0" ? power : `${Number(mantissa)} × ${power}`
  }
  return String(Number(value.toPrecision(3))).replace("-", "−")
}

function shareOf({ lbLow, lbHigh, lbLog }, value) {
  const [low, high] = [Number(lbLow), Number(lbHigh)]
  return lbLog === undefined ? (value - low) / (high - low) : Math.log(value / low) / Math.log(high / low)
}

/* What is shown is what is used: three digits, and at its start the value that the slider starts at. */
function valueOf(input) {
  const { lbLow, lbHigh, lbValue, lbLog, lbWhole } = input.dataset
  const [low, high, steps] = [Number(lbLow), Number(lbHigh), Number(input.max)]
  if (Number(input.value) === Math.round(shareOf(input.dataset, Number(lbValue)) * steps)) return Number(lbValue)
  const share = Number(input.value) / steps
  const value = lbLog === undefined ? low + share * (high - low) : low * (high / low) ** share
  const shown = Number(value.toPrecision(3))
  return lbWhole === undefined ? shown : Math.round(shown)
}

function place(input) {
  input.value = Math.round(shareOf(input.dataset, Number(input.dataset.lbValue)) * Number(input.max))
}
