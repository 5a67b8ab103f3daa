import type { Curve } from './curves.js';

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 150;
const TOP = 44;
const BOTTOM = 52;
/** Told apart by people who see no red and green too, on white and on dark. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73'];

/** A curve as an SVG picture: millions of checks per second, medians as a line, least to most of a round as bars. */
export function curveSvg({ title, xLabel, isLog, points }: Curve): string {
  const names = [...new Set(points.flatMap(({ checksPerSecond }) => Object.keys(checksPerSecond)))];
  const most = Math.max(
    ...points.flatMap(({ checksPerSecond }) => Object.values(checksPerSecond).map(({ max }) => max)),
  );
  const step = niceStep(most / 1e6 / 5);
  const top = Math.ceil(most / 1e6 / step) * step;
  const scale = isLog ? Math.log10 : (x: number): number => x;
  const low = scale((points[0] as Curve['points'][number]).x);
  const high = scale((points.at(-1) as Curve['points'][number]).x);
  const xOf = (x: number): number => LEFT + ((scale(x) - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT);
  const yOf = (millions: number): number => HEIGHT - BOTTOM - (millions / top) * (HEIGHT - TOP - BOTTOM);

  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 24, title, 'font-size="16" font-weight="bold"'),
    text(LEFT, HEIGHT - 12, xLabel),
    text(LEFT, TOP - 6, 'million checks a second'),
  ];
  for (let millions = 0; millions <= top + step / 2; millions += step) {
    const y = fixed(yOf(millions));
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#ddd"/>`);
    parts.push(text(LEFT - 8, Number(y) + 4, String(Number(millions.toPrecision(6))), 'text-anchor="end"'));
  }
  for (const { x } of points) parts.push(text(xOf(x), HEIGHT - BOTTOM + 18, short(x), 'text-anchor="middle"'));
  names.forEach((name, i) => {
    const colour = COLOURS[i % COLOURS.length] as string;
    const workspaces = points.flatMap(({ x, checksPerSecond }) => {
      const found = checksPerSecond[name];
      if (!found) return [];
      return [{ x: fixed(xOf(x)), median: found.median, min: found.min, max: found.max }];
    });
    const at = (perSecond: number): string => fixed(yOf(perSecond / 1e6));
    for (const { x, median, min, max } of workspaces) {
      parts.push(`<line x1="${x}" x2="${x}" y1="${at(min)}" y2="${at(max)}" stroke="${colour}" stroke-opacity="0.5"/>`);
      parts.push(`<circle cx="${x}" cy="${at(median)}" r="3.5" fill="${colour}"/>`);
    }
    const line = workspaces.map(({ x, median }) => `${x},${at(median)}`).join(' ');
    parts.push(`<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    const last = workspaces.at(-1);
    if (last) parts.push(text(WIDTH - RIGHT + 10, Number(at(last.median)) + 4, name, `fill="${colour}"`));
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  return `${head}\n${parts.join('\n')}\n</svg>\n`;
}

function text(x: number, y: number, words: string, attributes = ''): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${attributes}>${escaped}</text>`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** 1, 2 or 5 with zeros. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((step) => step * power >= least) as number) * power;
}

/** 65,536 as `65.5k`, 10,000,000 as `10M`. */
function short(x: number): string {
  if (x >= 1e6) return `${Number((x / 1e6).toFixed(1))}M`;
  return x >= 1000 ? `${Number((x / 1000).toFixed(1))}k` : String(x);
}
