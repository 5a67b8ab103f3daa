import { SERVICE_COMMANDS } from './command_setters.js';
import { booleanSetter, ignored, type Setter, wordSetter } from './setter.js';
import { hasInstance, replaceSpecifiers } from './specifiers.js';

/** Values of Type= of a service. */
const TYPES = ['simple', 'exec', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload', 'idle'];
const RESTARTS = ['no', 'on-success', 'on-failure', 'on-abnormal', 'on-watchdog', 'on-abort', 'always'];
/** Values of SuccessAction=. Source: systemd 262, src/core/emergency-action.c. */
const ACTIONS = (
  'none exit exit-force reboot reboot-force reboot-immediate poweroff poweroff-force poweroff-immediate soft-reboot ' +
  'soft-reboot-force kexec kexec-force halt halt-force halt-immediate'
).split(' ');

/** Names on the bus. Source: systemd 262, src/libsystemd/sd-bus/bus-internal.c: service_name_is_valid(). */
const BUS_NAME = /^(?::[\w-]+(?:\.[\w-]+)+|[A-Za-z_-][\w-]*(?:\.[A-Za-z_-][\w-]*)+)$/;

/** The settings that [Service] alone has. */
export const SERVICE_SETTERS: Readonly<Record<string, Setter>> = {
  ...SERVICE_COMMANDS,
  Type: wordSetter(TYPES, (settings, type) => {
    settings.type = type;
  }),
  Restart: wordSetter(RESTARTS, (settings, restart) => {
    settings.restart = restart;
  }),
  ExitType: wordSetter(['main', 'cgroup'], (settings, exitType) => {
    settings.exitType = exitType;
  }),
  RemainAfterExit: booleanSetter((settings, value) => {
    settings.remainsAfterExit = value;
  }),
  BusName: (settings, value) => {
    const name = replaceSpecifiers(value.text, hasInstance(value.at.file));
    if (name === undefined || name.length > 255 || !BUS_NAME.test(name)) return ignored('a name on the bus, a.b,');
    settings.busName = name;
    return undefined;
  },
};

/** The settings of [Unit] that decide whether a service is loaded. */
export const UNIT_SETTERS: Readonly<Record<string, Setter>> = {
  SuccessAction: wordSetter(ACTIONS, (settings, action) => {
    settings.successAction = action;
  }),
};
