/** Result of the first of `forms` that has at most `maxBytes`; null = none has. */
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
