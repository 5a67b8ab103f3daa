/** Columns of the output that rows can be grouped by. */
export const GROUP_COLUMNS = [
  'task',
  'token',
  'cmd',
  'map_type',
  'prog_type',
  'expected_attach_type',
  'pre',
  'verdict',
  'errno',
  'reason',
  'token_disposition',
] as const;
export type GroupColumn = (typeof GROUP_COLUMNS)[number];
