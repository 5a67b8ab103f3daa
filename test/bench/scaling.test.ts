import { readFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { describe, expect, it, test } from 'vitest';
import type { Curve } from '../../bench/scaling/curves.js';
import { curveSvg } from '../../bench/scaling/svg.js';

const speed = (median: number) => ({ median, min: median * 0.9, max: median * 1.1 });
const curve: Curve = {
  name: 'batch',
  title: 'Rows of a batch & more',
  xLabel: 'rows',
  isLog: true,
  points: [
    { x: 1, checksPerSecond: { ours: speed(1e6), plain: speed(2e6) } },
    { x: 1000, checksPerSecond: { ours: speed(90e6), plain: speed(20e6) } },
    { x: 1_000_000, checksPerSecond: { ours: speed(180e6) } },
  ],
};

/** The positions of the dots of a colour, in the order of the curve. */
const dots = (svg: string, colour: string) =>
  [...parseHTML(svg).document.querySelectorAll(`circle[fill="${colour}"]`)].map(
    (dot) => [Number(dot.getAttribute('cx')), Number(dot.getAttribute('cy'))] as const,
  );

describe('the picture of a curve', () => {
  const svg = curveSvg(curve);

  it('has a dot for every point of every candidate, evenly spaced where the scale is logarithmic', () => {
    const ours = dots(svg, '#0072b2');
    expect(ours.length).toBe(3);
    expect(dots(svg, '#d55e00').length).toBe(2);
    const [first, second, third] = ours.map(([x]) => x) as [number, number, number];
    expect(second - first).toBeCloseTo(third - second, 0);
  });

  it('has faster points higher, within the picture', () => {
    const heights = dots(svg, '#0072b2').map(([, y]) => y);
    expect([...heights].sort((a, b) => b - a)).toEqual(heights);
    for (const y of heights) expect(y > 0 && y < 400).toBe(true);
  });

  it('escapes its text and names every candidate', () => {
    expect(svg).toContain('Rows of a batch &amp; more');
    expect(svg).toMatch(/>ours</);
    expect(svg).toMatch(/>plain</);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is the same for the same curve, on its own white background', () => {
    expect(curveSvg(curve)).toBe(svg);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" style="background:#fff;color:#222/);
  });
});

test('the committed plots show the committed numbers', () => {
  const read = (name: string): string => readFileSync(new URL(`../../docs/scaling/${name}`, import.meta.url), 'utf8');
  const { curves } = JSON.parse(read('scaling.json')) as { curves: Curve[] };
  expect(curves.length).toBe(4);
  for (const curve of curves) expect(curveSvg(curve), curve.name).toBe(read(`${curve.name}.svg`));
});
