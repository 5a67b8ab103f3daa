import { hasCommands } from './command_setters.js';
import type { UnitSettings } from './unit_settings.js';

/** The type of a service, where none is set too. Source: systemd 262, src/core/service.c: service_add_extras(). */
export function serviceTypeOf(settings: UnitSettings): string {
  const { type, busName } = settings;
  if (type !== undefined) return type;
  if (busName !== undefined) return 'dbus';
  // A unit that is read in part has its commands in another file.
  return hasCommands(settings, 'ExecStart') || !isWhole(settings) ? 'simple' : 'oneshot';
}

/** Settings that show that the file of a service has its commands too. */
const SIGNS = ['Type', 'Restart', 'RemainAfterExit', 'ExecStart', 'ExecStop'];

/** Whether the file of the service itself is read, and not a drop-in or a part of it. */
function isWhole({ mainFile, places }: UnitSettings): boolean {
  return mainFile === 'service' && SIGNS.some((name) => places.has(name));
}

/**
 * Why systemd does not load a service because of its commands and type: the setting, and the reason.
 * Source: systemd 262, src/core/service.c: service_verify().
 */
export function serviceRefusalOf(settings: UnitSettings): readonly [setting: string, why: string] | undefined {
  const { places, commandsOf, successAction, remainsAfterExit, restart, exitType } = settings;
  // Commands and the type may stand in the file of the unit itself.
  if (settings.isPartial) return undefined;
  const type = serviceTypeOf(settings);
  const starts = commandsOf.get('ExecStart')?.length ?? 0;
  const whole = isWhole(settings);
  const at = ['ExecStart', 'ExecStop', ...SIGNS].find((name) => places.has(name)) ?? 'Type';
  if (starts === 0 && type !== 'oneshot' && (whole || places.has('ExecStart'))) {
    return [at, places.has('ExecStart') ? 'no ExecStart= is left' : 'only Type=oneshot goes without ExecStart='];
  }
  if (starts === 0 && whole && successAction === 'none') {
    if (!hasCommands(settings, 'ExecStop')) return [at, 'it has no ExecStart=, ExecStop= or SuccessAction='];
    if (!remainsAfterExit) return [at, 'without ExecStart= it needs SuccessAction= or RemainAfterExit=yes'];
  }
  if (starts > 1 && type !== 'oneshot') return ['ExecStart', 'only Type=oneshot takes more than one ExecStart='];
  if (type === 'oneshot' && (restart === 'always' || restart === 'on-success')) {
    return ['Restart', `Type=oneshot excludes Restart=${restart}`];
  }
  if (type === 'oneshot' && exitType === 'cgroup') return ['ExitType', 'Type=oneshot excludes ExitType=cgroup'];
  if (type === 'dbus' && settings.busName === undefined) return ['Type', 'Type=dbus needs BusName='];
  return undefined;
}
