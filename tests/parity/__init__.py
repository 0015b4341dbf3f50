"""The same scenarios on SimCord and on the sandbox: two Discords written by different people."""
