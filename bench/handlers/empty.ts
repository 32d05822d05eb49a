/** The baseline of baselines: a function that only answers. */
export const handler = (): Promise<{ statusCode: number }> => Promise.resolve({ statusCode: 302 });
