/** What comes of the first form, tried in turn, that has at most so many bytes; null = of none. */
export async function smallEnough<Form>(
  maxBytes: number,
  forms: readonly Form[],
  make: (form: Form) => Promise<Buffer>,
): Promise<Buffer | null> {
  for (const form of forms) {
    const bytes = await make(form);
    if (bytes.length <= maxBytes) return bytes;
  }
  return null;
}
