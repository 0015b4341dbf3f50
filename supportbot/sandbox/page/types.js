/**
 * The shapes that the sandbox's actor API answers with; see docs/sandbox.md.
 *
 * @typedef {{id: string, username: string, global_name: string | null, bot: boolean, locale: string, dms_open: boolean, guilds: string[]}} User
 * @typedef {{id: string, name: string, type: number, position: number, seen_by: string[]}} Channel
 * @typedef {{id: string, name: string, permissions: string}} Role
 * @typedef {{id: string, name: string, owner_id: string, channels: Channel[], roles: Role[], members: {user_id: string, roles: string[]}[]}} Guild
 * @typedef {{now: string, offset_ms: number, bot: {connected: boolean, user: User}, users: User[], guilds: Guild[], alarms: Record<string, string>}} World
 * @typedef {{name: string, value: string | number, name_localizations?: Record<string, string> | null}} Choice
 * @typedef {{type: number, name: string, description: string, required?: boolean, choices?: Choice[], options?: Option[], autocomplete?: boolean,
 *   channel_types?: number[], min_value?: number, max_value?: number, min_length?: number, max_length?: number,
 *   name_localizations?: Record<string, string> | null, description_localizations?: Record<string, string> | null}} Option
 * @typedef {Option & {id: string}} Command a command as Discord stores it
 * @typedef {{id: string, title: string, custom_id: string, components: any[]}} Modal
 * @typedef {{interaction: string, outcome: "message" | "update" | "deferred" | "modal" | "failed", message?: any, modal?: Modal, error?: string}} Result
 * @typedef {{kind: "channel" | "dm", id: string}} Place `id` is the channel's id, or "dm"
 *
 * What one line of the command list stands for:
 * @typedef {{id: string, fullName: string, label: string, description: string, options: Option[]}} CommandEntry
 *
 * What the parts that draw messages need from the page:
 * @typedef {object} Context
 * @property {import("./state.js").Store} store
 * @property {typeof import("./api.js").api} api
 * @property {() => Date} now the sandbox's time
 * @property {(message: any, customId: string, values?: string[]) => Promise<void>} press
 * @property {(fullName: string) => void} prefill puts a command into the composer
 * @property {(entry: {fullName: string, label: string, type: number, target: string}) => Promise<void>} runOn runs a context-menu command
 * @property {(message: any) => void} dismiss hides an ephemeral message
 */
export {};
