"""Long work of the institution as it is looked at and steered, and the queue behind it."""
