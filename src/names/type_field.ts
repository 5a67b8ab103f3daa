/** The field of a request that names the type a command goes by. */
export type TypeField = 'map_type' | 'prog_type';

const TYPE_FIELD: Readonly<Record<string, TypeField>> = {
  map_create: 'map_type',
  prog_load: 'prog_type',
  prog_attach: 'prog_type',
  link_create: 'prog_type',
};

/** Which type a command's request names; undefined for a command that goes by no type. */
export function typeFieldOf(command: string): TypeField | undefined {
  return TYPE_FIELD[command];
}

/** Whether a command's request cannot be asked without its type. Attaching can: a program of another type than cgroup_skb. */
export function isTypeRequired(command: string): boolean {
  return command === 'map_create' || command === 'prog_load';
}
