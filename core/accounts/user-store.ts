import type { User } from './user.ts';

export type UserStore = {
  find(userId: string): Promise<User | null>;
  /** `email` as `normalEmail` writes it. The same two reads whether anybody has the address or not. */
  findByEmail(email: string): Promise<User | null>;
};
