"""Which days are worked: weekends, public holidays and the days that make up for them."""
