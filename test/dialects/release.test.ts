import { expect, test } from 'vitest';
import { INCUS, LXD } from '../../src/dialects/containers/manager.js';
import { lackOfKeys, type ManagerRelease, parseManagerRelease } from '../../src/dialects/containers/release.js';

const has = (manager: typeof INCUS, release: string): boolean =>
  lackOfKeys(manager, parseManagerRelease(release) as ManagerRelease) === undefined;

test('keys came with a monthly release, and with one of the long-term release before', () => {
  for (const release of ['6.18', '6.18.1', '6.19', '7.0.2', '6.0.6', '6.0.7'])
    expect([release, has(INCUS, release)]).toEqual([release, true]);
  for (const release of ['6.17', '6.17.9', '6.1', '6.0.5', '6.0', '5.21.4'])
    expect([release, has(INCUS, release)]).toEqual([release, false]);
  for (const release of ['6.4', '6.5.1', '5.21.4']) expect([release, has(LXD, release)]).toEqual([release, true]);
  for (const release of ['6.3', '6.0.6', '5.21.3', '5.0.6'])
    expect([release, has(LXD, release)]).toEqual([release, false]);
});

test('a release is two or three numbers', () => {
  expect(parseManagerRelease('6.18')).toEqual([6, 18, 0]);
  for (const text of ['6', '6.', 'v6.18', '6.18-rc1', '6.18.0.1', ''])
    expect(parseManagerRelease(text)).toBeUndefined();
});
