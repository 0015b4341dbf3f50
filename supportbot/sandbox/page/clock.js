/** The sandbox's clock: shows it, ticks it between answers, and moves it. */

import { api } from "./api.js";
import { byId } from "./dom.js";

const TICK_MS = 1000;
const HOUR = 3600;
const DAY = 24 * HOUR;
export const CHECK_INS = "checkins";

export class Clock {
  #aheadMs = 0;
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** @returns {Date} the sandbox's time */
  now() {
    return new Date(Date.now() + this.#aheadMs);
  }

  /** @param {{now: string}} reading */
  set(reading) {
    this.#aheadMs = new Date(reading.now).getTime() - Date.now();
    this.#tell();
  }

  /** @param {() => void} watcher called every second and after every move */
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  start() {
    setInterval(() => this.#tell(), TICK_MS);
  }

  #tell() {
    for (const watcher of this.#watchers) watcher();
  }
}

/**
 * @param {Clock} clock
 * @param {import("./state.js").Store} store
 * @param {(problem: unknown) => void} complain
 */
export function showClock(clock, store, complain) {
  const move = async (/** @type {any} */ how) => {
    const moves = byId("clock-moves");
    moves.setAttribute("aria-busy", "true");
    try {
      clock.set(await api.moveClock(how));
    } catch (problem) {
      complain(problem);
    } finally {
      moves.removeAttribute("aria-busy");
    }
  };
  byId("clock-hour").addEventListener("click", () => move({ advance: HOUR, through_alarms: true }));
  byId("clock-day").addEventListener("click", () => move({ advance: DAY, through_alarms: true }));
  byId("clock-check-in").addEventListener("click", () => move({ to_alarm: CHECK_INS }));
  clock.watch(() => drawTime(clock.now()));
  store.watch(() => drawAlarm(store.known.world?.alarms?.[CHECK_INS]));
}

/** @param {Date} now */
function drawTime(now) {
  for (const [id, zone] of [["clock-utc", "UTC"], ["clock-local", undefined]]) {
    const time = byId(/** @type {string} */ (id));
    time.dateTime = now.toISOString();
    time.textContent = format(now, zone);
  }
}

/** @param {Date} date @param {string} [zone] */
function format(date, zone) {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short", day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone,
  }).format(date);
}

/** @param {string | null | undefined} at */
function drawAlarm(at) {
  byId("clock-check-in").disabled = !at;
  byId("clock-next").textContent = at ? `Next check-in: ${format(new Date(at), "UTC").replace(/:\d\d$/, "")} UTC` : "No check-in is planned.";
}
