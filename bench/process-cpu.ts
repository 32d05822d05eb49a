import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports process times in ticks of a hundredth of a second. */
const TICK_MS = 10;

type ProcessTimes = { readonly parent: number; readonly ticks: number };

/** CPU time of a process and all its descendants so far, in milliseconds, from /proc. */
export function cpuOfTreeMs(rootPid: number): number {
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(name) : null;
    if (times !== null) processes.set(Number(name), times);
  }
  const sum = (pid: number): number => {
    const own = processes.get(pid)?.ticks ?? 0;
    return [...processes]
      .filter(([, { parent }]) => parent === pid)
      .reduce((total, [child]) => total + sum(child), own);
  };
  return sum(rootPid) * TICK_MS;
}

/** proc(5): after the command in brackets come state, parent …; user and system time are fields 14 and 15. */
function timesOf(pid: string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}
