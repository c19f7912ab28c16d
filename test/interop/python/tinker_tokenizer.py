"""Gets the model's tokenizer from the SDK, which it takes from the Hub under the model's name."""

from interop import answer, read_input
from tinker_sdk import ready, tinker

given = read_input()
service = tinker.ServiceClient()
[model] = service.get_server_capabilities().supported_models
client = ready(service.create_lora_training_client(model.model_name, rank=2))
tokenizer = client.get_tokenizer()
ids = tokenizer.encode(given["text"], add_special_tokens=False)
text = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
answer({"model": model.model_name, "ids": ids, "text": text, "eos": tokenizer.eos_token_id})
