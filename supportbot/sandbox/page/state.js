/** What the page knows: the world, who you are, where you are; and questions about it. */

/**
 * @typedef {object} Known
 * @property {import("./types.js").World | null} world
 * @property {string | null} userId
 * @property {import("./types.js").Place | null} place
 * @property {import("./types.js").Command[]} commands those you see in this place
 * @property {number} unread unseen direct messages
 */

const GUILD_TEXT = 0;
/** @type {import("./types.js").Place} */
export const DM = { kind: "dm", id: "dm" };

export class Store {
  /** @type {Known} */
  #known = { world: null, userId: null, place: null, commands: [], unread: 0 };
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** @returns {Readonly<Known>} */
  get known() {
    return this.#known;
  }

  /** @param {Partial<Known>} change */
  set(change) {
    this.#known = { ...this.#known, ...change };
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {() => void} watcher called after every change */
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  /** Everybody who is a person. @returns {import("./types.js").User[]} */
  get people() {
    return (this.#known.world?.users ?? []).filter((user) => !user.bot);
  }

  /** Who you are. @returns {import("./types.js").User | undefined} */
  get me() {
    return this.people.find((user) => user.id === this.#known.userId);
  }

  /** @returns {string} */
  get locale() {
    return this.me?.locale ?? "en-US";
  }

  /** The communities you are in. @returns {import("./types.js").Guild[]} */
  get myGuilds() {
    const mine = new Set(this.me?.guilds ?? []);
    return (this.#known.world?.guilds ?? []).filter((guild) => mine.has(guild.id));
  }

  /** The community you are looking at, if it is not a DM. @returns {import("./types.js").Guild | undefined} */
  get guild() {
    const { place, world } = this.#known;
    return world?.guilds.find((guild) => guild.channels.some((channel) => channel.id === place?.id));
  }

  /** @param {string} id @returns {import("./types.js").User | undefined} */
  user(id) {
    const { world } = this.#known;
    return world?.users.find((user) => user.id === id) ?? (world?.bot.user?.id === id ? world.bot.user : undefined);
  }

  /** @param {string} id @returns {import("./types.js").Channel | undefined} */
  channel(id) {
    return this.#known.world?.guilds.flatMap((guild) => guild.channels).find((channel) => channel.id === id);
  }

  /** @param {string} id @returns {import("./types.js").Role | undefined} */
  role(id) {
    return this.#known.world?.guilds.flatMap((guild) => guild.roles).find((role) => role.id === id);
  }

  /** Who can be picked here: the community's members, or the two sides of the DM. @returns {import("./types.js").User[]} */
  get members() {
    const bot = this.#known.world?.bot.user;
    if (!this.guild) return [this.me, bot].filter((user) => user !== undefined && user !== null);
    return this.guild.members.map((member) => this.user(member.user_id)).filter((user) => user !== undefined);
  }

  /** @param {string} channelId whether a message with this channel id belongs to the open place */
  isOpen(channelId) {
    const { place } = this.#known;
    return place?.kind === "dm" ? this.isDm(channelId) : place?.id === channelId;
  }

  /** You are told of no other DM than your own. @param {string} channelId */
  isDm(channelId) {
    return !this.channel(channelId);
  }

  /** @returns {string} what the open place is called */
  get placeName() {
    const { place } = this.#known;
    if (!place) return "";
    return place.kind === "dm" ? "Direct message with supportbot" : `#${this.channel(place.id)?.name ?? "?"}`;
  }

  /** A community's channels that you see, in order. @param {import("./types.js").Guild | undefined} guild @returns {import("./types.js").Channel[]} */
  channelsOf(guild) {
    return (guild?.channels ?? []).filter((channel) => this.sees(channel)).sort((a, b) => a.position - b.position);
  }

  /** @param {import("./types.js").Channel} channel */
  sees(channel) {
    return channel.seen_by.includes(this.#known.userId ?? "");
  }

  /** @returns {string} to whom one writes in the open place */
  get addressee() {
    return this.#known.place?.kind === "dm" ? "supportbot" : this.placeName;
  }

  /** Where to go when the wanted place is not yours. @returns {import("./types.js").Place} */
  get firstPlace() {
    const channel = this.myGuilds.flatMap((guild) => this.channelsOf(guild)).find(isText);
    return channel ? { kind: "channel", id: channel.id } : DM;
  }

  /** @param {import("./types.js").Place | null} place whether you may be there */
  mayOpen(place) {
    return place?.kind === "dm" || this.myGuilds.some((guild) => this.channelsOf(guild).some((channel) => channel.id === place?.id));
  }
}

/** Whether a channel has messages. @param {import("./types.js").Channel} channel */
export function isText(channel) {
  return channel.type === GUILD_TEXT;
}

/** @param {{global_name?: string | null, username: string}} user */
export function nameOf(user) {
  return user.global_name || user.username;
}

/**
 * The slash commands as one flat list, subcommands by their full names.
 * @param {import("./types.js").Command[]} commands
 * @param {string} locale
 * @returns {import("./types.js").CommandEntry[]}
 */
export function flatten(commands, locale) {
  const entries = commands.filter((command) => (command.type ?? 1) === 1).flatMap((command) => leaves(command, command.id, "", "", locale));
  return entries.sort((a, b) => a.fullName.localeCompare(b.fullName));
}

/**
 * @param {import("./types.js").Option} node
 * @param {string} id
 * @param {string} before the name so far
 * @param {string} labelBefore the same in this person's language
 * @param {string} locale
 * @returns {import("./types.js").CommandEntry[]}
 */
function leaves(node, id, before, labelBefore, locale) {
  const fullName = `${before} ${node.name}`.trim();
  const label = `${labelBefore} ${localized(node, "name", locale)}`.trim();
  const options = node.options ?? [];
  const below = options.filter((option) => option.type === 1 || option.type === 2);
  if (below.length > 0) return below.flatMap((option) => leaves(option, id, fullName, label, locale));
  return [{ id, fullName, label, description: localized(node, "description", locale), options }];
}

/**
 * @param {any} thing a command, option or choice
 * @param {"name" | "description"} field
 * @param {string} locale
 * @returns {string}
 */
export function localized(thing, field, locale) {
  return thing[`${field}_localizations`]?.[locale] ?? thing[field] ?? "";
}
