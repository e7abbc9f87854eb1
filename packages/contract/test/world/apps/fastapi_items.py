# The SQL and body tutorials of FastAPI, over a dictionary.
import sys
from datetime import date
from typing import Dict, List, Optional

import uvicorn
from fastapi import FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, Field


class Message(BaseModel):
    detail: str


class ItemBase(BaseModel):
    title: str = Field(min_length=1, max_length=100)
    description: Optional[str] = Field(default=None, max_length=300)
    price: float = Field(gt=0, le=1_000_000)
    tags: List[str] = []
    available_from: Optional[date] = None


class ItemUpdate(BaseModel):
    title: Optional[str] = Field(default=None, min_length=1, max_length=100)
    price: Optional[float] = Field(default=None, gt=0, le=1_000_000)


class Item(ItemBase):
    id: int


app = FastAPI(title="Items")
items: Dict[int, Item] = {}
last = 0
missing = {404: {"model": Message}}


def find(item_id: int) -> Item:
    if item_id not in items:
        raise HTTPException(status_code=404, detail="Item not found")
    return items[item_id]


@app.get("/items/", response_model=List[Item])
def read_items(skip: int = Query(0, ge=0), limit: int = Query(100, ge=1, le=100), q: Optional[str] = None):
    found = [item for item in items.values() if q is None or q in item.title]
    return found[skip : skip + limit]


@app.post("/items/", response_model=Item, status_code=201)
def create_item(item: ItemBase):
    global last
    last += 1
    items[last] = Item(id=last, **item.dict())
    return items[last]


@app.get("/items/{item_id}", response_model=Item, responses=missing)
def read_item(item_id: int = Path(ge=1)):
    return find(item_id)


@app.patch("/items/{item_id}", response_model=Item, responses=missing)
def update_item(item_id: int, item: ItemUpdate):
    items[item_id] = find(item_id).copy(update=item.dict(exclude_unset=True, exclude_none=True))
    return items[item_id]


@app.put("/items/{item_id}", response_model=Item, responses=missing)
def replace_item(item_id: int, item: ItemBase):
    find(item_id)
    items[item_id] = Item(id=item_id, **item.dict())
    return items[item_id]


@app.delete("/items/{item_id}", status_code=204, responses=missing)
def delete_item(item_id: int):
    find(item_id)
    del items[item_id]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
