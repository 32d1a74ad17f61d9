"""The registers that a room keeps: its entries, open or sealed, and what is counted of them."""
