"""Which fields look like part of a conversation, and when one that is not read is counted."""
from spelled_json import says_nothing

# Names, lower case and letters only, that look like part of a conversation: as columns, and as keys of messages.
COLUMN_NAMES = set("""system systemprompt systemmessage sysprompt developer instruction instructions custominstruction
    custominstructions persona prompt input query question problem user context history documents output response
    responses completion answer answers solution final assistant messages conversation conversations dialogue dialog
    chat turns reasoning reasoningcontent reasoningdetails thinking thought thoughts think cot chainofthought complexcot
    rationale analysis scratchpad tools functions toolcalls functioncall functioncalls weight loss lossmask lossweight
    lossscale train trainable mask label chosen rejected rejectedresponse image images audio audios video videos
    chattemplatekwargs""".split())
KEY_NAMES = COLUMN_NAMES | set("""content value text parts name toolcallid refusal prefix traindetail trainingdetail
    channel recipient""".split())
FLAG_NAMES = set("weight loss train trainable lossmask lossweight lossscale mask label".split())


def tells(name, value, names, named, weights, said, quiet):
    """Whether a field that is not read is counted. `quiet` is the number that says nothing under the name of a weight."""
    letters = "".join(filter(str.isalpha, name.lower()))
    if letters not in names and name not in named:
        return False
    if isinstance(value, (bool, float)):
        return (letters in FLAG_NAMES or name in weights) and value != quiet
    return not says_nothing(value) and not (isinstance(value, str) and value in said)
