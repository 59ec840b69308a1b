/**
 * A parameter of a path as text. Fresh leaves `%3A`, `%2F` and the like encoded; what is not encoded
 * text stays as it is, because nothing is named so.
 */
export function pathText(param = ""): string {
  try {
    return decodeURIComponent(param);
  } catch {
    return param;
  }
}
