"""What is easier to look at than to read, as pictures. matplotlib is known here alone."""
