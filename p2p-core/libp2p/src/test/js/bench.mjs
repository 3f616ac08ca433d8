export async function bench () {}
