import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import { type Manager, PRIVILEGED, readBoolean } from './manager.js';
import type { Setting } from './setting.js';

/**
 * Warns of values that the manager refuses when they are set, masks apart; returns the first refusal. Source: Incus 7.0,
 * internal/instance/config.go, and LXD 6.9, lxd/instance/instancetype/instance.go: validate.IsBool(), validate.IsAbsFilePath().
 */
export function warnOfRefusedValues(manager: Manager, settings: ReadonlyMap<string, Setting>): string | undefined {
  let refused: string | undefined;
  for (const [key, { value, context }] of settings) {
    const isBoolean = key === PRIVILEGED || key === manager.switchKey;
    const isRefused = isBoolean
      ? readBoolean(value.text) === undefined
      : key === manager.pathKey && value.text[0] !== '/';
    if (!isRefused) continue;
    const expected = isBoolean ? 'true or false' : 'an absolute path';
    const nearest = isBoolean ? nearestOf(value.text.toLowerCase(), ['true', 'false']) : undefined;
    const message = `${manager.name} refuses ${quote(value.text)} for ${key}: ${expected} is expected`;
    context.account.warn(value.at, { code: 'refused-value', message, expected, nearest });
    refused ??= message;
  }
  return refused;
}
