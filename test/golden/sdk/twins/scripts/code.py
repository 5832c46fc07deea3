print("processed")
