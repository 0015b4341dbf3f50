"""Discord's refusals: HTTP status, JSON code and message text of every error that the sandbox can answer with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiError:
    """One refusal. `status` is HTTP's, `code` is Discord's; `errors` is the tree that names the faulty fields.

    The codes and their meanings are from Discord's page "Opcodes and Status Codes".
    """

    status: int
    code: int
    message: str
    errors: dict[str, object] | None = None

    def body(self) -> dict[str, object]:
        """The JSON body that Discord sends with this refusal."""
        body: dict[str, object] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


# Code 0: nothing more than the HTTP status.
BAD_REQUEST = ApiError(400, 0, "400: Bad Request")
UNAUTHORIZED = ApiError(401, 0, "401: Unauthorized")
NOT_FOUND = ApiError(404, 0, "404: Not Found")
METHOD_NOT_ALLOWED = ApiError(405, 0, "405: Method Not Allowed")
PAYLOAD_TOO_LARGE = ApiError(413, 40005, "Request entity too large")

# Things that are not there.
UNKNOWN_APPLICATION = ApiError(404, 10002, "Unknown Application")
UNKNOWN_CHANNEL = ApiError(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = ApiError(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = ApiError(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = ApiError(404, 10008, "Unknown Message")
UNKNOWN_ROLE = ApiError(404, 10011, "Unknown Role")
UNKNOWN_USER = ApiError(404, 10013, "Unknown User")
UNKNOWN_WEBHOOK = ApiError(404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = ApiError(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND = ApiError(404, 10063, "Unknown application command")
UNKNOWN_COMMAND_PERMISSIONS = ApiError(404, 10066, "Unknown application command permissions")

# Too much, too fast.
TOO_MANY_ATTACHMENTS = ApiError(400, 30015, "Maximum number of attachments in a message reached (10).")
CHANNEL_WRITE_LIMIT = ApiError(
    429, 20028, "The write action you are performing on the channel has hit the write rate limit."
)
TOO_MANY_COMMANDS = ApiError(400, 30032, "Maximum number of application commands reached (100).")
TOO_MANY_COMMAND_CREATES = ApiError(
    400, 30034, "Max number of daily application command creates has been reached (200)."
)
TOO_MANY_OLD_EDITS = ApiError(
    429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later."
)
OPENING_DMS_TOO_FAST = ApiError(403, 40003, "You are opening direct messages too fast.")
TOO_MANY_FOLLOW_UPS = ApiError(
    400, 40094, "This interaction has reached the maximum number of follow up messages that can be sent."
)

# Who asks, and in which state.
UNAUTHORIZED_TOKEN = ApiError(401, 40001, "Unauthorized. Provide a valid token and try again.")
INVALID_AUTHENTICATION_TOKEN = ApiError(401, 50014, "Invalid authentication token provided")
COMMAND_NAME_EXISTS = ApiError(400, 40041, "An application command with that name already exists.")
ALREADY_ACKNOWLEDGED = ApiError(400, 40060, "Interaction has already been acknowledged.")
CLOUDFLARE_BLOCKED = ApiError(403, 40333, "internal network error")

# What may not be done.
MISSING_ACCESS = ApiError(403, 50001, "Missing Access")
NOT_THE_AUTHOR = ApiError(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = ApiError(400, 50006, "Cannot send an empty message")
CANNOT_MESSAGE_USER = ApiError(403, 50007, "Cannot send messages to this user")
CANNOT_OPEN_DM = ApiError(
    400, 50007, "Cannot send messages to this user"
)  # the same code, with 400, on POST /users/@me/channels
NOT_A_TEXT_CHANNEL = ApiError(400, 50008, "Cannot send messages in a non-text channel")
MISSING_PERMISSIONS = ApiError(403, 50013, "Missing Permissions")
INVALID_WEBHOOK_TOKEN = ApiError(401, 50027, "Invalid Webhook Token")
INVALID_RECIPIENT = ApiError(400, 50033, "Invalid Recipient(s)")
INVALID_JSON = ApiError(400, 50109, "The request body contains invalid JSON.")
NO_MUTUAL_GUILD = ApiError(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
AUTOMOD_BLOCKED = ApiError(400, 200000, "Message was blocked by automatic moderation")
HARMFUL_LINK = ApiError(400, 240000, "Message blocked by harmful links filter")


def invalid_form(errors: dict[str, object]) -> ApiError:
    """50035 with the tree of faulty fields, for example `{"content": {"_errors": [{"code": …, "message": …}]}}`."""
    return ApiError(400, 50035, "Invalid Form Body", errors)
