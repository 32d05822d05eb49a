import { clicksToRowsHandler } from './handler.ts';

export const handler = clicksToRowsHandler;
