/** What mail.ts uses of it: the package brings no types. */
export function createTransport(options: Readonly<Record<string, unknown>>): {
  sendMail(letter: {
    from: { name: string; address: string };
    to: string;
    messageId: string;
    subject: string;
    text: string;
  }): Promise<unknown>;
};
