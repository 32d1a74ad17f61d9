"""What a change of the standard means for a room: tried before, told and confirmed after."""
