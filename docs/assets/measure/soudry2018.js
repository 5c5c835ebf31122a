/* Logistic regression on points that a line separates, followed to times that no training reaches. */
"use strict"
importScripts("kit.js")

const SAMPLES = 16

/* The shortest w with ⟨w, x⟩ ≥ 1 on all points of the plane: tried with every one and every two of them. */
function separator(points) {
  const fits = (w) => points.every((x) => dot(w, x) >= 1 - 1e-9)
  let best = null
  const consider = (w, duals) => {
    if (fits(w) && duals.every((a) => a.dual > 0) && (!best || norm(w) < norm(best.w))) best = { w, duals }
  }
  points.forEach((a, i) => {
    const square = dot(a, a)
    consider([a[0] / square, a[1] / square], [{ i, dual: 1 / square }])
    points.slice(i + 1).forEach((b, k) => {
      const [aa, ab, bb] = [square, dot(a, b), dot(b, b)]
      const area = aa * bb - ab * ab
      const [p, q] = [(bb - ab) / area, (aa - ab) / area]
      consider([p * a[0] + q * b[0], p * a[1] + q * b[1]], [{ i, dual: p }, { i: i + 1 + k, dual: q }])
    })
  })
  return best
}

/* Gradient flow by the clock log t, which takes long times in even steps: dw/d(log t) = t Σ σ(−⟨w, x⟩) x − t·decay·w. */
serve(({ gap, end, decay }, random) => {
  const side = () => [gap + Math.abs(random.normal()), 1.5 * random.normal()]
  const turn = 2 * Math.PI * random.uniform()
  const points = Array.from({ length: SAMPLES }, side).map(([a, b]) => [
    a * Math.cos(turn) - b * Math.sin(turn),
    a * Math.sin(turn) + b * Math.cos(turn),
  ])
  const { w: best, duals } = separator(points)
  const svm = norm(best)
  const entropy = -sum(duals.map(({ dual }) => dual * Math.log(dual)))
  const velocity = (s, w) => {
    const push = points.map((x) => Math.exp(s) / (1 + Math.exp(dot(w, x))))
    return [0, 1].map((c) => sum(points.map((x, n) => push[n] * x[c])) - decay * Math.exp(s) * w[c])
  }
  const given = (time) => ({ svm, time, entropy })
  const along = (w) => dot(w, best) / svm
  const begin = [...random.normals(2)]
  const [from, to] = [-9, Math.log(end)]

  /* The length along the separator at the end, in steps of the clock of at most `longest`. */
  function follow(longest, report) {
    let [w, s, shown, rests] = [begin, from, 0, false]
    while (s < to) {
      if (rests) s += (to - Math.log(10)) / 60
      else {
        // Explicit steps, as short as the stiffest direction asks: its rate is the push of the points and the decay.
        const push = sum(points.map((x) => (Math.exp(s) * dot(x, x)) / (2 + Math.exp(dot(w, x)) + Math.exp(-dot(w, x)))))
        const h = Math.min(to - s, longest, (50 * longest) / (push + decay * Math.exp(s)))
        const a = velocity(s, w)
        const b = velocity(s + h / 2, w.map((v, k) => v + (h / 2) * a[k]))
        const c = velocity(s + h / 2, w.map((v, k) => v + (h / 2) * b[k]))
        const d = velocity(s + h, w.map((v, k) => v + h * c[k]))
        w = w.map((v, k) => v + (h / 6) * (a[k] + 2 * b[k] + 2 * c[k] + d[k]))
        s += h
        rests = decay > 0 && norm(a) < 1e-6 // the decay holds the weights where they are, for all time that is left
      }
      if (report && s >= Math.log(10) + (shown * (to - Math.log(10))) / 60) {
        shown++
        show([{ x: Math.exp(s), y: along(w), given: given(Math.exp(s)) }])
        progress((s - from) / (to - from), `time ${Math.exp(s).toExponential(0)}`)
      }
    }
    return along(w)
  }

  const [coarse, fine] = [follow(0.02, false), follow(0.01, true)]
  return { results: [{ label: "", measured: fine, error: Math.abs(fine - coarse), given: given(end) }] }
})
