"""The model servers of SageMaker's framework images, spoken by ordinary Python processes."""
