/** 1 for true, 0 for false, for arithmetic instead of branches. */
// @ts-ignore: decorator
@inline
export function toBit(is: boolean): u32 {
  return is ? 1 : 0;
}
