"""Who was trained in what, when, with what result; and who was not."""
