import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Curve } from './curves.js';

const WIDTH = 720;
const HEIGHT = 400;
/** Colours that people with colour blindness can tell apart (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73'];

/** One measurement of one candidate, in millions of checks per second. */
interface Sample {
  readonly name: string;
  readonly x: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * A curve as an SVG picture: medians of checks per second as a line, the range over all rounds as bars. The same curve gives
 * the same bytes. The background is white, so that the picture is readable on a dark page too.
 */
export function curveSvg({ title, xLabel, isLog, points }: Curve): string {
  const samples = points.flatMap(({ x, checksPerSecond }) =>
    Object.entries(checksPerSecond).map(
      ([name, { median, min, max }]): Sample => ({ name, x, median: median / 1e6, min: min / 1e6, max: max / 1e6 }),
    ),
  );
  const names = [...new Set(samples.map(({ name }) => name))];
  const colour = ({ name }: Sample): string => COLOURS[names.indexOf(name) % COLOURS.length] as string;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginRight: 130,
    marginTop: 60,
    marginBottom: 50,
    style: { background: '#fff', color: '#222', fontFamily: 'sans-serif', fontSize: '12px' },
    x: {
      type: isLog ? 'log' : 'linear',
      label: xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: points.map(({ x }) => x),
      tickFormat: formatShort,
    },
    y: { label: null, grid: true, zero: true, nice: true },
    marks: [
      Plot.text([title], { frameAnchor: 'top-left', dx: -45, dy: -50, fontSize: 16, fontWeight: 'bold' }),
      Plot.text(['million checks per second'], { frameAnchor: 'top-left', dx: -45, dy: -24 }),
      Plot.ruleX(samples, { x: 'x', y1: 'min', y2: 'max', stroke: colour, strokeOpacity: 0.5 }),
      Plot.line(samples, { x: 'x', y: 'median', z: 'name', stroke: colour, strokeWidth: 2 }),
      Plot.dot(samples, { x: 'x', y: 'median', r: 3.5, fill: colour }),
      Plot.text(
        samples,
        Plot.selectLast({ x: 'x', y: 'median', z: 'name', text: 'name', fill: colour, textAnchor: 'start', dx: 10 }),
      ),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${shorten(svg.outerHTML)}\n`;
}

/** One element a line and two decimals, so that differences between two pictures are readable. */
function shorten(svg: string): string {
  return svg.replaceAll('><', '>\n<').replace(/\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2))));
}

/** 65,536 as `65.5k`, 10,000,000 as `10M`. */
function formatShort(x: number): string {
  if (x >= 1e6) return `${Number((x / 1e6).toFixed(1))}M`;
  return x >= 1000 ? `${Number((x / 1000).toFixed(1))}k` : String(x);
}
