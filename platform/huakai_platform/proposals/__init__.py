"""What sites and regional offices would have changed in the standard, from the item itself."""
