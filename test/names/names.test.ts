import { describe, expect, test } from 'vitest';
import { vocabularyOf } from '../../src/kernel/vocabulary.js';
import { nearestOf } from '../../src/names/nearest.js';
import { resolveName } from '../../src/names/spelling.js';

describe('nearestOf', () => {
  test.each([
    ['xpd', ['kprobe', 'xdp'], 'xdp'],
    ['cap', ['userns', 'euid', 'caps'], 'caps'],
    ['b', ['c'], undefined],
    ['ab', ['cd'], undefined],
    ['', ['a'], undefined],
    ['anything', [], undefined],
  ])('%s among %j is %s', (text, candidates, nearest) => {
    expect(nearestOf(text, candidates)).toBe(nearest);
  });
});

test.each(['prog_load', 'PROG_LOAD', 'BPF_PROG_LOAD', 'prog-load', 'BPFProgLoad', '5', '0x5'])(
  '%s is prog_load',
  (text) => {
    expect(resolveName(vocabularyOf('6.12'), 'cmds', text)).toBe(5);
  },
);
