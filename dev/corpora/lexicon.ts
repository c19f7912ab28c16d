/**
 * What the demo corpora talk about: small, friendly things with a few coherent facts each. The vocabulary is closed
 * (about a thousand words), so that a model of a few hundred thousand parameters can learn to speak it.
 */

export interface Dish {
  readonly name: string;
  readonly main: string;
  readonly second: string;
  readonly finish: string;
  readonly way: 'cook' | 'bake' | 'mix';
  readonly minutes: string;
}

const dish = (
  name: string,
  main: string,
  second: string,
  finish: string,
  way: Dish['way'],
  minutes: string,
): Dish => ({ name, main, second, finish, way, minutes });

export const dishes: readonly Dish[] = [
  dish('tomato soup', 'tomatoes', 'onions', 'fresh basil', 'cook', 'thirty'),
  dish('vegetable soup', 'carrots', 'potatoes', 'a little salt', 'cook', 'forty'),
  dish('fruit salad', 'apples', 'oranges', 'fresh mint', 'mix', 'ten'),
  dish('bean stew', 'beans', 'tomatoes', 'a little pepper', 'cook', 'forty'),
  dish('lemon cake', 'flour', 'eggs', 'lemon juice', 'bake', 'forty'),
  dish('apple pie', 'apples', 'flour', 'brown sugar', 'bake', 'fifty'),
  dish('fresh bread', 'flour', 'warm water', 'a little salt', 'bake', 'forty'),
  dish('pasta', 'pasta', 'tomatoes', 'fresh basil', 'cook', 'fifteen'),
  dish('fried rice', 'rice', 'eggs', 'green onions', 'cook', 'twenty'),
  dish('mushroom stew', 'mushrooms', 'onions', 'fresh herbs', 'cook', 'thirty'),
  dish('potato pie', 'potatoes', 'cheese', 'fresh herbs', 'bake', 'fifty'),
  dish('green salad', 'lettuce', 'cucumbers', 'lemon juice', 'mix', 'ten'),
  dish('honey cookies', 'flour', 'butter', 'warm honey', 'bake', 'fifteen'),
  dish('pumpkin soup', 'pumpkin', 'onions', 'warm cream', 'cook', 'thirty'),
  dish('berry cake', 'flour', 'berries', 'brown sugar', 'bake', 'fifty'),
  dish('vegetable curry', 'carrots', 'coconut milk', 'fresh herbs', 'cook', 'thirty'),
  dish('corn bread', 'corn flour', 'milk', 'warm honey', 'bake', 'thirty'),
  dish('banana pancakes', 'bananas', 'eggs', 'warm honey', 'cook', 'five'),
  dish('bean salad', 'beans', 'cucumbers', 'fresh mint', 'mix', 'ten'),
];

export interface Plant {
  readonly name: string;
  readonly spot: string;
  readonly water: string;
  readonly sow: string;
  readonly ready: string;
  readonly beside: string;
}

const plant = (
  name: string,
  spot: string,
  water: string,
  sow: string,
  ready: string,
  beside: string,
): Plant => ({ name, spot, water, sow, ready, beside });

export const plants: readonly Plant[] = [
  plant('tomatoes', 'a sunny corner', 'every morning', 'spring', 'summer', 'basil'),
  plant('carrots', 'soft, deep soil', 'twice a week', 'early spring', 'summer', 'onions'),
  plant('beans', 'a sunny wall', 'every second day', 'late spring', 'summer', 'pumpkins'),
  plant('basil plants', 'a warm window', 'every morning', 'spring', 'summer', 'tomatoes'),
  plant('roses', 'a sunny wall', 'twice a week', 'autumn', 'early summer', 'mint'),
  plant('sunflowers', 'an open, sunny bed', 'twice a week', 'late spring', 'late summer', 'beans'),
  plant('salad greens', 'a cool, shady bed', 'every evening', 'early spring', 'late spring', 'carrots'),
  plant('mint plants', 'a large pot', 'every evening', 'spring', 'summer', 'roses'),
  plant('strawberries', 'a sunny bed', 'every morning', 'autumn', 'early summer', 'lettuce'),
  plant('pumpkins', 'an open, sunny bed', 'every second day', 'late spring', 'autumn', 'beans'),
  plant('onions', 'dry, soft soil', 'once a week', 'early spring', 'late summer', 'carrots'),
  plant('melons', 'a warm wall', 'every morning', 'late spring', 'late summer', 'sunflowers'),
  plant('apple trees', 'deep soil', 'once a week', 'autumn', 'autumn', 'tulips'),
  plant('tulips', 'a quiet corner', 'once a week', 'autumn', 'spring', 'roses'),
];

export interface Place {
  readonly name: string;
  readonly way: string;
  readonly hour: string;
  readonly sights: readonly string[];
  readonly pack: readonly string[];
}

const place = (
  name: string,
  way: string,
  hour: string,
  sights: readonly string[],
  pack: readonly string[],
): Place => ({ name, way, hour, sights, pack });

export const places: readonly Place[] = [
  place(
    'the lake',
    'by bicycle',
    'early morning',
    ['swim near the shore', 'row a small boat', 'watch the ducks'],
    ['a dry towel', 'a sun hat'],
  ),
  place(
    'the mountains',
    'by train',
    'early morning',
    ['walk the high path', 'rest by a stream', 'look over the valley'],
    ['a warm coat', 'good shoes'],
  ),
  place(
    'the old town',
    'by bus',
    'late morning',
    ['visit the market', 'see the clock tower', 'sit in a quiet square'],
    ['a city map', 'good shoes'],
  ),
  place(
    'the coast',
    'by train',
    'the afternoon',
    ['walk along the beach', 'collect small shells', 'watch the boats'],
    ['a sun hat', 'a light jacket'],
  ),
  place(
    'the forest',
    'by bicycle',
    'early morning',
    ['listen to the birds', 'look for mushrooms', 'rest under a tall tree'],
    ['good shoes', 'a water bottle'],
  ),
  place(
    'the island',
    'by boat',
    'the morning',
    ['climb the white tower', 'swim near the shore', 'eat fresh fish'],
    ['a dry towel', 'a light jacket'],
  ),
  place(
    'the museum',
    'on foot',
    'a rainy afternoon',
    ['see the old paintings', 'draw one picture', 'read about the stars'],
    ['a small notebook', 'a soft pencil'],
  ),
  place(
    'the valley',
    'by bus',
    'late spring',
    ['walk past the farms', 'pick wild flowers', 'taste fresh honey'],
    ['a water bottle', 'a sun hat'],
  ),
  place(
    'the river',
    'on foot',
    'the evening',
    ['watch the boats', 'sit on the old bridge', 'feed the ducks'],
    ['a warm blanket', 'a light jacket'],
  ),
  place(
    'the library',
    'on foot',
    'a rainy afternoon',
    ['borrow a good book', 'read by the window', 'ask for a map'],
    ['a small notebook', 'a warm scarf'],
  ),
];

export interface Skill {
  readonly name: string;
  readonly small: string;
  readonly tool: string;
  readonly sign: string;
}

const skill = (name: string, small: string, tool: string, sign: string): Skill => ({
  name,
  small,
  tool,
  sign,
});

export const skills: readonly Skill[] = [
  skill('spelling', 'write five new words', 'a small notebook', 'long words feel easy'),
  skill('reading', 'read two pages', 'a good book', 'the story pulls you along'),
  skill('writing', 'write one clear paragraph', 'a soft pencil', 'your ideas come in order'),
  skill('math', 'solve three problems', 'plain paper', 'the numbers make sense'),
  skill('piano', 'play one slow song', 'a steady clock', 'your hands know the way'),
  skill('chess', 'play one short game', 'a wooden board', 'you see two moves ahead'),
  skill('drawing', 'draw one simple object', 'a soft pencil', 'your lines look calm'),
  skill('running', 'run around the park', 'good shoes', 'you breathe with ease'),
  skill('listening', 'listen to one short talk', 'a quiet room', 'you catch every word'),
  skill('speaking', 'tell one short story', 'a kind friend', 'your voice stays steady'),
  skill('Spanish', 'learn five new words', 'a set of cards', 'you think in short phrases'),
  skill('music', 'sing one short song', 'a quiet room', 'you feel the beat'),
];

export const people = [
  'friend',
  'sister',
  'brother',
  'neighbor',
  'teacher',
  'mother',
  'father',
  'classmate',
  'cousin',
  'grandmother',
  'roommate',
  'uncle',
] as const;

export const names = ['Maria', 'Sam', 'Anna', 'Leo', 'Nina', 'Omar', 'Lucy', 'Ben', 'Rosa', 'Tom'] as const;

/** Things that matter, each with four sentences that say why. */
export const virtues: readonly { readonly name: string; readonly why: readonly string[] }[] = [
  {
    name: 'practice',
    why: [
      'Practice makes a hard task feel easy.',
      'A little work every day grows into real skill.',
      'Each small mistake shows us what to learn next.',
      'Practice turns a slow start into a steady step.',
    ],
  },
  {
    name: 'patience',
    why: [
      'Patience gives good things time to grow.',
      'A calm mind sees the next step.',
      'When we wait well, we make fewer mistakes.',
      'Patience helps a friend feel safe.',
    ],
  },
  {
    name: 'kindness',
    why: [
      'Kindness makes a long day feel light.',
      'One warm word can change a whole morning.',
      'A kind person is easy to trust.',
      'Kindness grows when we share it.',
    ],
  },
  {
    name: 'reading',
    why: [
      'Reading opens a door to new places.',
      'A good book gives us new words.',
      'Reading helps us see how others feel.',
      'Ten quiet pages can rest a busy mind.',
    ],
  },
  {
    name: 'sleep',
    why: [
      'Sleep gives the body time to mend.',
      'A rested mind learns with ease.',
      'Good sleep makes the next day feel bright.',
      'Sleep helps us remember what we learned.',
    ],
  },
  {
    name: 'friendship',
    why: [
      'Friendship makes good days better.',
      'A true friend listens when we are sad.',
      'Friends help us see our own strength.',
      'A shared meal can start a long friendship.',
    ],
  },
  {
    name: 'honesty',
    why: [
      'Honesty keeps trust alive.',
      'A true word saves a lot of trouble.',
      'When we are honest, others feel safe with us.',
      'Honesty makes it easy to say sorry.',
    ],
  },
  {
    name: 'rest',
    why: [
      'Rest gives us new strength.',
      'A short break makes hard work feel light.',
      'When we rest, good ideas come to us.',
      'A calm evening helps us start the day well.',
    ],
  },
];

/** Weekend activities by time of day. */
export const weekend = {
  kinds: ['quiet', 'sunny', 'rainy', 'busy', 'simple', 'cheap', 'long', 'cozy'],
  morning: [
    'take a slow walk in the park',
    'bake fresh bread',
    'water the garden',
    'visit the market',
    'drink tea by the window',
    'ride your bicycle to the lake',
  ],
  afternoon: [
    'read a good book',
    'cook a warm soup',
    'call an old friend',
    'draw one picture',
    'play a game of chess',
    'clean one small room',
  ],
  evening: [
    'watch the stars',
    'listen to soft music',
    'write in your notebook',
    'share a meal with your family',
    'go to bed early',
    'light a candle and rest',
  ],
} as const;

/** Simple science: a question, a short reason, and a picture to keep. */
export const facts: readonly { readonly why: string; readonly reason: string; readonly picture: string }[] = [
  {
    why: 'is the sky blue',
    reason: 'air spreads blue light more than red light',
    picture: 'blue light comes to us from every side',
  },
  {
    why: 'does ice float',
    reason: 'ice is lighter than the water around it',
    picture: 'a full lake freezes from the top down',
  },
  {
    why: 'do leaves turn red in autumn',
    reason: 'the green color fades when the days grow short',
    picture: 'the red was there under the green',
  },
  {
    why: 'does the moon change shape',
    reason: 'the sun lights a different part of it each night',
    picture: 'the moon is always round, and we see the bright side',
  },
  {
    why: 'do bees visit flowers',
    reason: 'flowers hold sweet juice that bees use to make honey',
    picture: 'the bee carries pollen from flower to flower',
  },
  {
    why: 'does bread rise',
    reason: 'tiny living yeast makes gas inside the dough',
    picture: 'the gas fills the dough like many small balloons',
  },
  {
    why: 'is the sea salty',
    reason: 'rivers carry salt from rocks to the sea',
    picture: 'the water leaves as a cloud, and the salt stays',
  },
  {
    why: 'do we see rainbows',
    reason: 'drops of rain split light into many colors',
    picture: 'each drop works like a small piece of glass',
  },
  {
    why: 'do cats purr',
    reason: 'small muscles in the throat move very fast',
    picture: 'a calm cat sounds like a soft engine',
  },
  {
    why: 'does wind blow',
    reason: 'warm air rises and cool air moves in below it',
    picture: 'the air flows like water in a river',
  },
  {
    why: 'do stars shine',
    reason: 'they are hot and make their own light',
    picture: 'our sun is a star that is very near',
  },
  {
    why: 'do birds sing in the morning',
    reason: 'the air is calm and sound travels far',
    picture: 'a song says that this tree has an owner',
  },
  {
    why: 'does a spoon feel cold',
    reason: 'metal takes heat from the hand very fast',
    picture: 'wood takes heat slowly, so it feels warm',
  },
  {
    why: 'do seeds need water',
    reason: 'water wakes the small plant inside the seed',
    picture: 'the seed drinks and then opens like a door',
  },
  {
    why: 'do we yawn',
    reason: 'a deep breath may help the body stay awake',
    picture: 'one yawn can travel around a whole room',
  },
  {
    why: 'do fish live in water',
    reason: 'their gills take air from the water',
    picture: 'a gill is a lung for the lake',
  },
  {
    why: 'does a magnet pull iron',
    reason: 'small parts of the iron turn to face the magnet',
    picture: 'they line up like people who look the same way',
  },
  {
    why: 'do shadows grow in the evening',
    reason: 'the sun stands low and its light comes from the side',
    picture: 'a low lamp makes a long shadow on the wall',
  },
  {
    why: 'do geese fly south',
    reason: 'they look for food when the winter is near',
    picture: 'the flock moves like a family on a trip',
  },
  {
    why: 'does soap clean hands',
    reason: 'one end of soap holds oil and the other holds water',
    picture: 'soap is a bridge that carries the dirt away',
  },
  {
    why: 'does thunder come after lightning',
    reason: 'light travels much faster than sound',
    picture: 'the eye wins a race against the ear',
  },
  {
    why: 'are there seasons',
    reason: 'the earth leans as it moves around the sun',
    picture: 'each half of the earth gets its own summer',
  },
];

/** Small troubles between people. `deed` completes "I"; `rule` is a rule of thumb; `mend` completes "you could". */
export const troubles: readonly {
  readonly deed: string;
  readonly rule: string;
  readonly mend: string;
  readonly feel: string;
}[] = [
  {
    deed: 'forgot the birthday of my {person}',
    rule: 'It is kind to remember the days that matter to others.',
    mend: 'say sorry and plan a small gift',
    feel: 'forgotten',
  },
  {
    deed: 'took a pen from my {person} and did not ask',
    rule: 'It is fair to ask before you take something.',
    mend: 'give it back and ask next time',
    feel: 'surprised',
  },
  {
    deed: 'was late to meet my {person} again',
    rule: 'It is polite to be on time when others wait for you.',
    mend: 'leave ten minutes early next time',
    feel: 'tired of waiting',
  },
  {
    deed: 'do not want to share my lunch with my {person}',
    rule: 'It is kind to share when someone has less.',
    mend: 'offer one small piece',
    feel: 'left out',
  },
  {
    deed: 'laughed when my {person} made a mistake',
    rule: 'It is kind to help when others make mistakes.',
    mend: 'say sorry and offer help',
    feel: 'hurt',
  },
  {
    deed: 'told a secret that my {person} trusted me with',
    rule: 'It is right to keep the trust that others give us.',
    mend: 'tell the truth and say sorry',
    feel: 'let down',
  },
  {
    deed: 'never thanked my {person} for the help',
    rule: 'It is polite to thank people who help us.',
    mend: 'write a short note of thanks',
    feel: 'unseen',
  },
  {
    deed: 'played loud music while my {person} slept',
    rule: 'It is polite to be quiet when others rest.',
    mend: 'turn the music down at night',
    feel: 'tired',
  },
  {
    deed: 'said my {person} broke the cup, but it was me',
    rule: 'It is right to tell the truth about our mistakes.',
    mend: 'say what really happened',
    feel: 'blamed',
  },
  {
    deed: 'borrowed a book from my {person} and lost it',
    rule: 'It is fair to replace the things that we lose.',
    mend: 'tell your {person} and buy a new one',
    feel: 'sad about the book',
  },
  {
    deed: 'did not invite my {person} to the party',
    rule: 'It is kind to make others feel welcome.',
    mend: 'plan a day with just the two of you',
    feel: 'left out',
  },
  {
    deed: 'was rude to my {person} this morning',
    rule: 'It is right to say sorry when our words hurt.',
    mend: 'start with one honest word',
    feel: 'hurt',
  },
];

/** Claims for short essays, as in a language test. */
export const essays: readonly {
  readonly claim: string;
  readonly reason: string;
  readonly example: string;
  readonly against: string;
}[] = [
  {
    claim: 'students should study in groups',
    reason: 'they can share ideas and explain hard parts',
    example: 'my classmate explained a math problem to me in five minutes',
    against: 'some students learn better alone',
  },
  {
    claim: 'children should learn to cook at school',
    reason: 'cooking teaches them to plan and to eat well',
    example: 'I made soup for my family after one lesson',
    against: 'schools have little time',
  },
  {
    claim: 'people should read paper books',
    reason: 'paper rests the eyes and keeps the mind calm',
    example: 'I sleep better when I read a paper book at night',
    against: 'a phone can hold many books',
  },
  {
    claim: 'cities should plant more trees',
    reason: 'trees make the air clean and the streets cool',
    example: 'the street near my school feels cool in summer',
    against: 'trees need space and water',
  },
  {
    claim: 'it is better to travel by train',
    reason: 'a train is calm and leaves time to read',
    example: 'I finished a whole book on the way to the coast',
    against: 'a train does not go to every town',
  },
  {
    claim: 'everyone should learn a second language',
    reason: 'a new language opens doors to new friends',
    example: 'I met a friend from Spain when I learned Spanish',
    against: 'it takes many years of work',
  },
  {
    claim: 'students should have a long lunch break',
    reason: 'a rest helps them listen in the afternoon',
    example: 'I learn more after a walk in the park',
    against: 'the school day would end late',
  },
  {
    claim: 'it is good to live in a small town',
    reason: 'neighbors know and help each other',
    example: 'my neighbor fixed my bicycle for free',
    against: 'a big city has more jobs',
  },
  {
    claim: 'music lessons should be free',
    reason: 'music brings joy and teaches patience',
    example: 'my brother grew patient when he learned piano',
    against: 'lessons cost the city money',
  },
  {
    claim: 'families should eat together every day',
    reason: 'a shared meal helps them talk and listen',
    example: 'my father tells one story at every dinner',
    against: 'parents may work in the evening',
  },
  {
    claim: 'phones should stay outside the classroom',
    reason: 'students can give their full attention',
    example: 'our class became quiet and finished early',
    against: 'a phone can help us find facts',
  },
  {
    claim: 'children should grow a garden',
    reason: 'a garden teaches them care and patience',
    example: 'my cousin eats carrots since he planted them',
    against: 'not every home has open space',
  },
  {
    claim: 'teachers should give less homework',
    reason: 'students need time for sleep and play',
    example: 'I read more books in a week without homework',
    against: 'homework helps them remember the lesson',
  },
  {
    claim: 'it is wise to save some money every month',
    reason: 'a small sum grows and brings a calm mind',
    example: 'my sister bought a piano after two years',
    against: 'some months are hard',
  },
  {
    claim: 'museums should be open at night',
    reason: 'people who work all day could visit them',
    example: 'my mother saw the paintings on a free evening',
    against: 'the guards also need rest',
  },
  {
    claim: 'walking is the best way to see a city',
    reason: 'slow steps show us small and pretty things',
    example: 'I found a quiet square behind the market',
    against: 'a large city is too wide to walk',
  },
  {
    claim: 'it is better to ask for help early',
    reason: 'a small problem is easy to solve',
    example: 'my teacher fixed my essay in ten minutes',
    against: 'we learn a lot when we try alone',
  },
  {
    claim: 'it is useful to keep a daily journal',
    reason: 'writing every day makes our ideas clear',
    example: 'I found my favorite topic in an old journal',
    against: 'some days are too busy',
  },
];
