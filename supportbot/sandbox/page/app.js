/** Puts the page together: who you are, where you are, and what arrives. */

import { Actions } from "./actions.js";
import { api, ApiError, follow } from "./api.js";
import { Clock, showClock } from "./clock.js";
import { Composer } from "./composer.js";
import { byId, h } from "./dom.js";
import { Log } from "./log.js";
import { showPeople } from "./people.js";
import { showPlaces } from "./places.js";
import { DM, Store } from "./state.js";
import { refreshRelativeTimes } from "./text.js";
import { clearToast, showToast } from "./toast.js";

/** @typedef {import("./types.js").Place} Place */

const EVENTS = ["message_create", "message_update", "message_delete", "interaction", "clock", "commands", "state", "bot"];

const WORLD_EVENTS = new Set(["clock", "state", "bot"]);

class App {
  /** Counts changes of person or place, so that answers for an earlier one are dropped. */
  #visit = 0;
  /** Counts news about the world, so that an answer which it has overtaken is asked for again. */
  #news = 0;
  /** @type {(() => void) | null} */
  #unfollow = null;

  constructor() {
    this.store = new Store();
    this.clock = new Clock();
    /** @type {import("./types.js").Context} */
    this.context = {
      store: this.store,
      api,
      now: () => this.clock.now(),
      press: (message, customId, values) => this.actions.press(message, customId, values),
      prefill: (fullName) => this.composer.prefill(fullName),
      runOn: (entry) => this.actions.runOn(entry),
      dismiss: (message) => {
        this.log.dismiss(message.id);
        this.composer.focus();
      },
    };
    this.log = new Log(byId("log"), this.context);
    const place = () => ({ user: this.store.known.userId ?? "", channel: this.store.known.place?.id ?? "" });
    this.actions = new Actions(() => this.context, this.log, { place, restFocus: () => this.composer.focus(), complain });
    this.composer = new Composer(this.context, {
      say: (content) => this.actions.say(content),
      run: (entry, options) => this.actions.run(entry, options),
      place,
    });
  }

  async start() {
    showClock(this.clock, this.store, complain);
    showPlaces(this.store, { become: (id) => this.become(id), go: (place) => this.go(place) });
    showPeople(this.context, { become: (id) => this.become(id), changed: () => this.loadWorld(), complain });
    this.store.watch(() => this.#drawHead());
    this.clock.watch(() => refreshRelativeTimes(document, this.clock.now(), this.store.locale));
    wireMenuButton();
    this.clock.start();
    await this.loadWorld();
    const wanted = fromAddress(this.store);
    this.become(wanted.userId, wanted.place);
  }

  /** @param {string | undefined} userId @param {Place | null} [place] */
  become(userId, place = this.store.known.place) {
    if (!userId) return;
    clearToast();
    this.store.set({ userId, unread: 0 });
    this.#unfollow?.();
    this.#unfollow = follow(userId, EVENTS, {
      event: (type, data) => this.#hear(type, data),
      open: () => this.#online(true),
      lost: () => this.#online(false),
    });
    this.go(this.store.mayOpen(place) ? /** @type {Place} */ (place) : this.store.firstPlace);
  }

  /** @param {Place} place */
  go(place) {
    this.#visit += 1;
    this.store.set({ place, commands: [], unread: place.kind === "dm" ? 0 : this.store.known.unread });
    if (place.kind === "dm") clearToast();
    toAddress(this.store);
    document.body.classList.remove("menu-open");
    byId("menu-button").setAttribute("aria-expanded", "false");
    this.log.clear();
    this.composer.reset();
    void this.reload();
  }

  /** Loads the open place's messages and commands. */
  async reload() {
    await Promise.all([this.loadMessages(), this.loadCommands()]);
  }

  async loadMessages() {
    const { userId, place } = this.store.known;
    if (!userId || !place) return;
    const visit = this.#visit;
    const mark = this.log.mark;
    this.log.root.setAttribute("aria-busy", "true");
    try {
      const messages = await api.messages(userId, place.id);
      if (visit === this.#visit) this.log.replaceAll(messages, mark);
    } catch (problem) {
      if (visit === this.#visit) this.log.explain(/** @type {Error} */ (problem).message);
    } finally {
      if (visit === this.#visit) this.log.root.removeAttribute("aria-busy");
    }
  }

  async loadCommands() {
    const { userId, place } = this.store.known;
    if (!userId || !place) return;
    const visit = this.#visit;
    try {
      const commands = await api.commands(userId, place.id);
      if (visit !== this.#visit) return;
      this.store.set({ commands });
    } catch (problem) {
      if (!(problem instanceof ApiError && problem.status === 403)) complain(problem);
    }
    this.composer.update();
  }

  async loadWorld() {
    try {
      let news, world;
      do {
        news = this.#news;
        world = await api.state();
      } while (news !== this.#news);
      this.clock.set(world);
      this.store.set({ world });
    } catch (problem) {
      complain(problem);
    }
  }

  /** @param {boolean} online */
  #online(online) {
    byId("connection").textContent = online ? "" : "Connection to the sandbox lost; trying again…";
    if (online) void Promise.all([this.loadWorld(), this.reload()]);
  }

  /** @param {string} type @param {any} data */
  #hear(type, data) {
    if (WORLD_EVENTS.has(type)) this.#news += 1;
    /** @type {Record<string, () => void>} */
    const hearers = {
      message_create: () => this.#arrive(data),
      message_update: () => this.store.isOpen(data.channel_id) && this.log.put(data),
      message_delete: () => this.log.remove(data.id),
      clock: () => this.clock.set(data),
      commands: () => void this.loadCommands(),
      state: () => void this.#worldChanged(),
      bot: () => this.#botChanged(data.connected),
    };
    hearers[type]?.();
  }

  /** @param {any} message */
  #arrive(message) {
    if (this.store.isOpen(message.channel_id)) {
      this.log.put(message);
    } else if (this.store.isDm(message.channel_id) && message.author.id !== this.store.known.userId) {
      this.store.set({ unread: this.store.known.unread + 1 });
      showToast(message, () => {
        this.go(DM);
        this.composer.focus();
      });
    }
  }

  async #worldChanged() {
    const before = namesOf(this.store);
    await this.loadWorld();
    if (namesOf(this.store) !== before) this.log.redraw();
    if (this.store.me && !this.store.mayOpen(this.store.known.place)) this.go(this.store.firstPlace);
  }

  /** @param {boolean} connected */
  #botChanged(connected) {
    const { world } = this.store.known;
    if (world) this.store.set({ world: { ...world, bot: { ...world.bot, connected } } });
  }

  #drawHead() {
    const { world } = this.store.known;
    const connected = Boolean(world?.bot?.connected);
    const state = byId("bot-state");
    const words = connected ? "bot connected" : "bot not connected";
    if (state.textContent !== words) state.textContent = words;
    state.classList.toggle("on", connected);
    byId("place-name").textContent = this.store.placeName;
    document.title = `${this.store.placeName || "…"} - supportbot sandbox`;
  }
}

/** What messages show of the world: when it changes, they are drawn again. @param {Store} store */
function namesOf(store) {
  const { world } = store.known;
  return JSON.stringify([world?.users.map((user) => [user.id, user.global_name, user.locale]), world?.guilds]);
}

/** @param {unknown} problem shows it until it is dismissed */
function complain(problem) {
  const words = problem instanceof Error ? problem.message : String(problem);
  const dismiss = h("button", { type: "button", class: "link-button", on: { click: () => byId("problem").replaceChildren() } }, "Dismiss");
  byId("problem").replaceChildren(h("span", {}, words), " ", dismiss);
}

function wireMenuButton() {
  const button = byId("menu-button");
  button.addEventListener("click", () => {
    const open = document.body.classList.toggle("menu-open");
    button.setAttribute("aria-expanded", String(open));
  });
}

/** `#as=sam&in=dm`, or `in=` a channel's id or `community/channel`. @param {Store} store */
function fromAddress(store) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const person = store.people.find((user) => user.id === wanted.get("as") || user.username === wanted.get("as"));
  return { userId: (person ?? store.people[0])?.id, place: findPlace(store, wanted.get("in")) };
}

/** @param {Store} store @param {string | null} name @returns {Place | null} */
function findPlace(store, name) {
  if (name === "dm") return DM;
  for (const guild of store.known.world?.guilds ?? []) {
    const channel = guild.channels.find((candidate) => candidate.id === name || `${guild.name}/${candidate.name}` === name);
    if (channel) return { kind: "channel", id: channel.id };
  }
  return null;
}

/** @param {Store} store */
function toAddress(store) {
  const { place } = store.known;
  history.replaceState(null, "", `#${new URLSearchParams({ as: store.me?.username ?? "", in: place?.id ?? "" })}`);
}

await new App().start();
